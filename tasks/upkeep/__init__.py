"""Upkeep by a person: the warehouse and its readers, the catalogue, a clock that was wrong, lineage."""
