"""Checks of a given server for `jobindsats doctor`: what it, the database and the account lack for a night."""

from __future__ import annotations

from sqlalchemy import Connection

from tasks.doctor.finding import Finding
from warehouse.database import server_needs


def server(connection: Connection) -> Finding:
    """Whether a night finds all that it needs, by what the server tells and by trying."""
    needs = server_needs.unmet(connection)
    if not needs:
        return Finding("server", "well", f"rights and connections are enough for a night{server_needs.way(connection)}")
    verdict = "failed" if any(need.stops for need in needs) else "attention"
    return Finding("server", verdict, "; ".join(need.says for need in needs), "; ".join(need.step for need in needs))
