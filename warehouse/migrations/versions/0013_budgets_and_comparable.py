"""The marts of budgets and comparable municipalities, for warehouses that were made before them: the next night fills them."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make them; what they and their columns are is told with the views."""
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take them away again: what they hold is computed of what is kept."""
    op.execute("drop table marts.budget_followup, marts.comparable_municipalities")
