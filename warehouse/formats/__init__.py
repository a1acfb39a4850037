"""Strict readers of texts: YAML, JSON, and what no database can hold."""
