"""PostgreSQL: the embedded server and others, sessions, locks, readers' accounts and their passwords."""
