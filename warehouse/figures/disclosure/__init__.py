"""Audit that nothing told narrows a count that a publisher hides: the reader's own linear programme, before and after ours.

`relations` says what a publisher's own cells tell of the counts it hides, `told` what ours tell, `program` solves for the
least and the greatest that remain possible, and `audit` holds one against the other.
"""
