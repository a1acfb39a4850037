"""What is done: the stages of the road, a module each, and folders for what a person does or the road stands on."""
