"""Every schema, type and table as the code declares them: what the nine revisions before the first release came to."""

from alembic import op
from sqlalchemy import inspect

from warehouse.marts import contract  # noqa: F401  # it knows every mart
from warehouse.schema import core, ops  # noqa: F401

revision = "0009"
down_revision = None

COMMENTS = {f"schema {name}": comment for name, comment in core.SCHEMAS.items()} | {
    "type core.value_status": "What a value is: observed, suppressed, not_yet or withdrawn.",
    "table ops.schema_version": "One row: the migration this schema stands at.",
    "column ops.schema_version.version_num": "Revision of the newest migration that was run.",
}


def upgrade() -> None:
    """Make what is declared; a warehouse that begins here skips the migrations that follow."""
    for name in sorted(core.SCHEMAS.keys() - inspect(op.get_bind()).get_schema_names()):
        op.execute(f"create schema {name}")
    core.metadata.create_all(op.get_bind())
    for thing, comment in COMMENTS.items():
        op.execute(f"comment on {thing} is '{comment}'")


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("the first migration is not undone: a warehouse never forgets")
