"""What runs until it is stopped: Prefect's server and worker, and in `data/` the services for readers' programs."""
