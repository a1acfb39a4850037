"""Where figures come from: a folder a source, `registry` with all of them, and what they share."""
