"""Loads that were stopped: listed, looked at, and released by a person."""
