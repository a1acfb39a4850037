"""The groups of the command line: the warehouse itself, loads that were stopped, the archive. Light, as all of it is."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

warehouse_app = App(name="warehouse", help="The warehouse itself: address, start, stop, migrations.")

quarantine_app = App(name="quarantine", help="Loads that were stopped: list them, look at one, release one.")

archive_app = App(name="archive", help="What the archive holds and what rests on it; what lies there for nothing.")

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON document and nothing else.")]


@quarantine_app.default
def quarantine(
    *,
    table: Annotated[str | None, Parameter(help="Only loads of this table.")] = None,
    everything: Annotated[
        bool, Parameter(name="--all", negative="", help="Those that were released or overtaken too.")
    ] = False,
    json: Json = False,
) -> int:
    """List the loads that were stopped and still wait for somebody to look, newest first."""
    from flows.command_line.quarantine import list_loads

    return list_loads(table, everything=everything, as_json=json)


@quarantine_app.command(name="show")
def show_stopped(load: Annotated[int, Parameter(name="ID")], /, *, json: Json = False) -> int:
    """Show why a load was stopped, rule by rule, with the rejected rows as they were read."""
    from flows.command_line.quarantine import show_load

    return show_load(load, as_json=json)


@quarantine_app.command(name="release")
def release_stopped(
    load: Annotated[int, Parameter(name="ID")],
    /,
    *,
    reason: Annotated[str, Parameter(help="Why it may be published; it stays on record.")],
    by: Annotated[str | None, Parameter(help="Who releases it; the system's user where nobody is named.")] = None,
    json: Json = False,
) -> int:
    """Publish a stopped load after all: you have looked at it and say why."""
    from flows.command_line.quarantine import release_load

    return release_load(load, reason=reason, by=by, as_json=json)


Days = Annotated[int, Parameter(name="--older-than", help="What nothing rests on is kept for so many days.")]


@archive_app.command(name="show")
def show_archive(*, older_than: Days = 365, json: Json = False) -> int:
    """Show what the archive holds, by what rests on it and by table, in bytes."""
    from flows.command_line.archive import show_archive as show_holding

    return show_holding(older_than_days=older_than, as_json=json)


@archive_app.command(name="tidy")
def tidy_archive(
    *,
    older_than: Days = 365,
    remove: Annotated[bool, Parameter(negative="", help="Remove it; without this it is only listed.")] = False,
    json: Json = False,
) -> int:
    """List what lies in the archive for nothing; with --remove, remove it. What figures rest on always stays."""
    from flows.command_line.archive import tidy_archive as tidy_up

    return tidy_up(older_than_days=older_than, remove=remove, as_json=json)


@warehouse_app.command
def url() -> int:
    """Print the warehouse's address; the embedded server is started if need be."""
    from flows.command_line.administration import warehouse_url

    return warehouse_url()


@warehouse_app.command
def up() -> int:
    """Start the embedded server, and bring the schema up to date."""
    from flows.command_line.administration import warehouse_up

    return warehouse_up()


@warehouse_app.command
def down() -> int:
    """Stop the embedded server; nothing is lost."""
    from flows.command_line.administration import warehouse_down

    return warehouse_down()


@warehouse_app.command
def migrate() -> int:
    """Bring the schema, the areas and the catalogue up to date."""
    from flows.command_line.administration import warehouse_migrate

    return warehouse_migrate()


@warehouse_app.command
def reader(
    *,
    login: Annotated[str | None, Parameter(help="Make this account too, or take it, for a dashboard.")] = None,
    json: Json = False,
) -> int:
    """Make the role dashboard_reader, which may read the marts and nothing else, or renew what it may."""
    from flows.command_line.administration import warehouse_reader

    return warehouse_reader(login, as_json=json)
