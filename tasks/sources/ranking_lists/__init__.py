"""The Employment Ministry's printed ranking lists, PDF and XLSX. What is known is in docs/sources/ranking_lists.md."""
