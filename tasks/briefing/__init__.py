"""The briefing, a municipality's appendix of figures: read, computed, and written as HTML, PDF and Word."""
