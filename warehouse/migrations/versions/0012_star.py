"""The star, and version 2 of the marts' contract: whole numbers, numbers of vintages as text, both days of each period."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Change the tables; views and functions that rest on them are dropped, and made again after every migration."""
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refuse: the marts of version 1 are filled by code of version 1."""
    raise RuntimeError(
        "the marts of version 1 are made by the version that has them: rebuild the warehouse from its archive"
    )
