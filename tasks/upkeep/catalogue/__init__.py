"""The catalogue as a person keeps it: tables found at the publishers, adopted, compared, and what they changed accepted."""
