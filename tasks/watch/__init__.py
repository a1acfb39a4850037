"""What is watched: when tables are likely to come, thresholds, what tells too much of hidden counts."""
