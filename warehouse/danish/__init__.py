"""What is Danish: numbers, months, places and words as they are read and written, and the clock."""
