"""The commands: `main.py` has their names, and each stands in the module that its subject names."""
