"""What a night's report tells: figures that moved, and the troubles a person was told of"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

OUTCOME = (
    "completed, attention (something quarantined or late), failed, yielded (another was at work), superseded (a newer one "
    "had done it) or died."
)


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.Integer(), sa.Identity(always=False), nullable=False, comment="Our number."),
        sa.Column(
            "table_id", sa.Text(), nullable=False, comment="The table that is in trouble; empty: the run itself."
        ),
        sa.Column("trouble", sa.Text(), nullable=False, comment="source_late, quarantined, failed or died."),
        sa.Column(
            "about",
            sa.Text(),
            nullable=False,
            comment="What tells this trouble from the next: a release, a load, a first day.",
        ),
        sa.Column("run_id", sa.Integer(), nullable=False, comment="The run that raised it."),
        sa.Column("message", sa.Text(), nullable=False, comment="What a person should know."),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False, comment="When."),
        sa.Column(
            "told_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was sent to whom the settings name; null: not yet, the next run tries again.",
        ),
        sa.Column(
            "mended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a run found it gone; null: it lasts. A run that died stays so.",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops.runs.run_id"], name=op.f("fk_alerts_run_id")),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alerts")),
        schema="ops",
        comment="One row per trouble that a person should look at, however many nights it lasts.",
    )
    op.create_index(
        "ix_alerts_lasting",
        "alerts",
        ["table_id", "trouble", "about"],
        unique=True,
        schema="ops",
        postgresql_where=sa.text("mended_at is null"),
    )
    op.create_table(
        "figure_moves",
        sa.Column("run_id", sa.Integer(), nullable=False, comment="The run that filled the mart."),
        sa.Column("mart", sa.Text(), nullable=False, comment="The mart, without its schema."),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="Rows it has now."),
        sa.Column("new", sa.BigInteger(), nullable=False, comment="Rows that were not there before."),
        sa.Column(
            "moved",
            sa.BigInteger(),
            nullable=False,
            comment="Rows whose value is another than before, hidden or shown.",
        ),
        sa.Column("gone", sa.BigInteger(), nullable=False, comment="Rows that are no longer there."),
        sa.Column(
            "largest_of",
            sa.Text(),
            nullable=True,
            comment="The row that moved the most, in words; null: none can be measured.",
        ),
        sa.Column("largest_before", sa.Double(), nullable=True, comment="Its value before, in the mart's unit."),
        sa.Column("largest_after", sa.Double(), nullable=True, comment="Its value now, in the mart's unit."),
        sa.ForeignKeyConstraint(["run_id"], ["ops.runs.run_id"], name=op.f("fk_figure_moves_run_id")),
        sa.PrimaryKeyConstraint("run_id", "mart", name=op.f("pk_figure_moves")),
        schema="ops",
        comment="One row per run and mart of figures that it filled anew: what moved in it.",
    )
    op.execute(f"comment on column ops.runs.outcome is '{OUTCOME}'")
