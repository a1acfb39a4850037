"""Assumptions with their sources and the days they hold for, and how figures are given them."""
