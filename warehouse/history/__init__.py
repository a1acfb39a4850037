"""Versions: how a load is staged, compared with what stands, and published as a vintage."""
