"""The data dictionary, and revisions whose statuses are plain text, which every client can read"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

REVISIONS = """
create view marts.revisions as
select t.table_id, p.code as period, p.last_day as period_last_day, a.code as area_code, a.name as area_name,
       m.name as measure, m.unit, s.members,
       was.value as before_value, was.status::text as before_status,
       became.value as after_value, became.status::text as after_status,
       became.value - was.value as change_value,
       v.vintage_id, v.publisher_updated_on, v.seen_at
from core.observations was
join core.observations became on became.table_no = was.table_no and became.series_id = was.series_id
     and became.period_id = was.period_id and became.vintage_id = was.superseded_by
join core.series s on s.series_id = was.series_id
join core.tables t on t.table_no = was.table_no
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
join core.periods p on p.period_id = was.period_id
join core.vintages v on v.vintage_id = was.superseded_by
where was.superseded_by is not null
"""

READERS = """
select distinct case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end
from pg_class c, aclexplode(c.relacl) granted
where c.oid = 'marts.revisions'::regclass and granted.privilege_type = 'SELECT' and granted.grantee <> c.relowner
"""

COMMENTS = {
    "view marts.revisions": "One row per observation that a later vintage changed: before, after and when it was seen.",
    "column marts.revisions.table_id": "The publisher's table.",
    "column marts.revisions.period": "The period the value is about.",
    "column marts.revisions.period_last_day": "The last day of that period.",
    "column marts.revisions.area_code": "Official code of the area.",
    "column marts.revisions.area_name": "Name of the area.",
    "column marts.revisions.measure": "Our name of the measure, ending in its unit.",
    "column marts.revisions.unit": "Unit of before, after and change.",
    "column marts.revisions.members": "Dimension to member.",
    "column marts.revisions.before_value": "The value that was replaced; null unless observed.",
    "column marts.revisions.before_status": "Its status.",
    "column marts.revisions.after_value": "The value that replaced it; null unless observed.",
    "column marts.revisions.after_status": "Its status.",
    "column marts.revisions.change_value": "After minus before; null where either is not observed.",
    "column marts.revisions.vintage_id": "The vintage that brought the change.",
    "column marts.revisions.publisher_updated_on": "The publisher's date of that vintage.",
    "column marts.revisions.seen_at": "When we saw it.",
}


def upgrade() -> None:
    op.create_table(
        "data_dictionary",
        sa.Column("table_name", sa.Text(), nullable=False, comment="The mart, without its schema."),
        sa.Column("column_name", sa.Text(), nullable=False, comment="The column."),
        sa.Column("position", sa.Integer(), nullable=False, comment="Its place in the mart, from 1."),
        sa.Column("type", sa.Text(), nullable=False, comment="Its type in PostgreSQL."),
        sa.Column(
            "unit", sa.Text(), nullable=True, comment="Unit of its numbers; null: it counts and measures nothing."
        ),
        sa.Column("nullable", sa.Boolean(), nullable=False, comment="Whether it may be null."),
        sa.Column("in_key", sa.Boolean(), nullable=False, comment="Whether it is part of what tells rows apart."),
        sa.Column("description_da", sa.Text(), nullable=False, comment="What it is, Danish."),
        sa.Column("description_en", sa.Text(), nullable=False, comment="What it is, English."),
        sa.Column("grain_da", sa.Text(), nullable=False, comment="What a row of the mart is, and its caveats, Danish."),
        sa.Column("grain_en", sa.Text(), nullable=False, comment="The same in English."),
        sa.Column(
            "contract_version",
            sa.Text(),
            nullable=False,
            comment="Version of the marts' contract: its first number rises when something is lost or means something else, its second when something is added.",
        ),
        sa.PrimaryKeyConstraint("table_name", "column_name", name=op.f("pk_data_dictionary")),
        schema="marts",
        comment="One row per column of a mart. What may be read here, with its meaning, and the version of the contract.",
    )
    # Whoever could read it before can read it after: an upgrade takes nothing from a dashboard.
    readers = op.get_bind().scalars(sa.text(READERS)).all()
    op.execute("drop view marts.revisions")
    op.execute(REVISIONS)
    for reader in readers:
        op.execute(f"grant select on marts.revisions to {reader}")
    for thing, comment in COMMENTS.items():
        op.execute("comment on {} is '{}'".format(thing, comment.replace("'", "''")))


def downgrade() -> None:
    raise RuntimeError("a warehouse never forgets: this migration is not undone")
