"""Answers to people's questions: figures, totals and claims."""
