"""What must be true of a load: the checks (`shape`, `plausibility`, `coherence`), their suite, and their verdicts."""
