"""Spreadsheets and PDFs as rows of cells, read in bounds of time and memory."""
