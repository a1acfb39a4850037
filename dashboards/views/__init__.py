"""The dashboard's pages, a module each; `desk.py` has what all of them are handed."""
