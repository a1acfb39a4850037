"""Series breaks name the members of a table that they concern."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; which members there are is written from the catalogue after every migration."""
    op.execute("alter table core.series_breaks add column if not exists members jsonb")
    op.execute(
        "comment on column core.series_breaks.members is "
        "'The names of the members it concerns, as a list; null: every series of the table.'"
    )


def downgrade() -> None:
    """Take the column away again."""
    op.execute("alter table core.series_breaks drop column members")
