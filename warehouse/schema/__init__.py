"""The tables of facts (`core`) and of what happened (`ops`)."""
