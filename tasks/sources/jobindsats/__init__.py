"""Jobindsats.dk, API v3: what is asked, how, and how an answer is read. What is known is in docs/sources/jobindsats.md."""
