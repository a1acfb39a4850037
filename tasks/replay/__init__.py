"""Replay: a warehouse rebuilt from the archive alone, and compared."""
