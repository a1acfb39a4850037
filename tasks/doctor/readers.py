"""Checks of readers for `jobindsats doctor`: what the accounts of dashboards may read, and what they may take of the server."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tasks.doctor.finding import Finding
from warehouse.database import reader_limits
from warehouse.database.reader_limits import READER
from warehouse.database.sql_files import read_sql


def readers(connection: Connection) -> Finding:
    """Whether the accounts of dashboards may read every mart and nothing else."""
    accounts = connection.execute(text(read_sql(__package__, "readers"))).all()
    for row in accounts:
        login = "" if row.account == READER else f" --login {row.account}"
        step = f"grant again: jobindsats warehouse reader{login}"
        if row.sees:
            says = f"{row.account} may read {row.sees}, which is not for dashboards"
            return Finding("readers", "attention", says, f"revoke it; then {step}")
        if row.lacks:
            return Finding("readers", "attention", f"{row.account} may not read {row.lacks} in marts", step)
    if not accounts:
        step = "jobindsats warehouse reader, when a dashboard is to be connected"
        return Finding("readers", "well", "no account but our own reads the marts", step)
    return Finding(
        "readers", "well", f"{', '.join(row.account for row in accounts)} may read the marts and nothing else"
    )


def limits(connection: Connection) -> Finding:
    """Whether no account of readers can hold up a night: what the server lacks for that."""
    lacking = reader_limits.lacking(connection)
    if lacking:
        step = "jobindsats warehouse limits, with an administrator's account of the server in JOBINDSATS_WAREHOUSE_URL"
        return Finding("limits", "attention", "; ".join(lack.says for lack in lacking), step)
    return Finding("limits", "well", "connections, files and time of readers' accounts are limited")
