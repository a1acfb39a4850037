"""Alerts may be of thresholds."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Say so of the columns; nothing else changes."""
    op.execute(
        "comment on column ops.alerts.trouble is "
        "'source_late, quarantined, failed, died, or threshold: a municipality''s limit is crossed.'"
    )
    op.execute(
        "comment on column ops.alerts.about is "
        "'What tells this trouble from the next: a release, a load, a first day, a limit''s terms.'"
    )


def downgrade() -> None:
    """Forget the crossings, of which the version before knows nothing, and say again what there was."""
    op.execute("delete from ops.alerts where trouble = 'threshold'")
    op.execute("comment on column ops.alerts.trouble is 'source_late, quarantined, failed or died.'")
    op.execute(
        "comment on column ops.alerts.about is 'What tells this trouble from the next: a release, a load, a first day.'"
    )
