"""How much of a file is read before it is refused: a ranking list is one table of at most 98 rows."""

from __future__ import annotations

LARGEST_FILE_BYTES = 20 * 1024 * 1024
MOST_PAGES = 60
LARGEST_UNPACKED_BYTES = 100 * 1024 * 1024
MOST_PACKED_FILES = 1_000
MOST_SHEET_ROWS = 5_000
MOST_SHEET_COLUMNS = 200
LARGEST_READING_BYTES = 16 * 1024 * 1024

# A file is taken apart in a process of its own (apart.py). A list of 98 takes a second and a tenth of the memory.
MOST_MEMORY_BYTES = 1024 * 1024 * 1024
LONGEST_CPU_SECONDS = 60
LONGEST_SECONDS = 120
