"""Whether a warehouse holds what a stand-in publisher made up; whoever prints a figure says so."""

from __future__ import annotations

from sqlalchemy import Connection, text

REHEARSED = "rehearsed: the publisher was on this machine, and its figures are invented"
"""What is said where figures of a rehearsal are printed."""


def is_rehearsed(connection: Connection) -> bool:
    """Whether the figures are a stand-in publisher's, and so invented: a warehouse holds rehearsed ones alone, or none."""
    return bool(connection.scalar(text("select exists (select from marts.vintages where rehearsed)")))
