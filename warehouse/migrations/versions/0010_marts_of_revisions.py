"""The marts of revisions, for warehouses that were made before them."""

from alembic import op

from warehouse.marts.revision_profile import revision_profile

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make them, empty: the next night fills them."""
    revision_profile.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Take them away again: what they hold is computed of what is kept."""
    revision_profile.drop(op.get_bind(), checkfirst=True)
