"""What a cell of the facts can be: published, hidden, not out yet, or taken back. Known without the tables it stands in."""

STATUSES = ("observed", "suppressed", "not_yet", "withdrawn")
