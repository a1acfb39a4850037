"""Runs: how one begins and ends, what is put on record of it, who is told."""
