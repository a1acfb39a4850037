"""Thresholds: a municipality's own limits, what they are held against, and what a Dane is told of them."""
