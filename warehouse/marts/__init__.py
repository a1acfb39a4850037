"""The marts that people and programs read: a declaration each, and how they are filled."""
