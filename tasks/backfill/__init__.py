"""Backfills: years loaded backwards in partitions, by workers, beside the nights."""
