"""Statistics Denmark's StatBank: what is asked, how, and how it is read. What is known is in docs/sources/statbank.md."""
