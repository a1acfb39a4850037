"""What a night's report tells: figures that moved, troubles a person was told of; investments over all their years"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

OUTCOME = (
    "completed, attention (something quarantined or late), failed, yielded (another was at work), superseded (a newer one "
    "had done it) or died."
)
UNIT = "persons, full_time_persons, cases, pct, pct_point, dkk, hours, weeks or years."


def upgrade() -> None:
    op.create_table('alerts',
    sa.Column('alert_id', sa.Integer(), sa.Identity(always=False), nullable=False, comment='Our number.'),
    sa.Column('table_id', sa.Text(), nullable=False, comment='The table that is in trouble; empty: the run itself.'),
    sa.Column('trouble', sa.Text(), nullable=False, comment='source_late, quarantined or failed.'),
    sa.Column('about', sa.Text(), nullable=False, comment='What tells this trouble from the next: a release, a load, a first day.'),
    sa.Column('run_id', sa.Integer(), nullable=False, comment='The run that raised it.'),
    sa.Column('message', sa.Text(), nullable=False, comment='What a person should know.'),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False, comment='When.'),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True, comment='When it was sent to whom the settings name; null: not yet, the next run tries again.'),
    sa.ForeignKeyConstraint(['run_id'], ['ops.runs.run_id'], name=op.f('fk_alerts_run_id')),
    sa.PrimaryKeyConstraint('alert_id', name=op.f('pk_alerts')),
    sa.UniqueConstraint('table_id', 'trouble', 'about', name=op.f('uq_alerts_table_id_trouble_about')),
    schema='ops',
    comment='One row per trouble that a person should look at, however many nights it lasts.'
    )
    op.create_table('figure_moves',
    sa.Column('run_id', sa.Integer(), nullable=False, comment='The run that filled the mart.'),
    sa.Column('mart', sa.Text(), nullable=False, comment='The mart, without its schema.'),
    sa.Column('rows', sa.BigInteger(), nullable=False, comment='Rows it has now.'),
    sa.Column('new', sa.BigInteger(), nullable=False, comment='Rows that were not there before.'),
    sa.Column('moved', sa.BigInteger(), nullable=False, comment='Rows whose value is another than before, hidden or shown.'),
    sa.Column('gone', sa.BigInteger(), nullable=False, comment='Rows that are no longer there.'),
    sa.Column('largest_of', sa.Text(), nullable=True, comment='The row that moved the most, in words; null: none can be measured.'),
    sa.Column('largest_before', sa.Double(), nullable=True, comment="Its value before, in the mart's unit."),
    sa.Column('largest_after', sa.Double(), nullable=True, comment="Its value now, in the mart's unit."),
    sa.ForeignKeyConstraint(['run_id'], ['ops.runs.run_id'], name=op.f('fk_figure_moves_run_id')),
    sa.PrimaryKeyConstraint('run_id', 'mart', name=op.f('pk_figure_moves')),
    schema='ops',
    comment='One row per run and mart of figures that it filled anew: what moved in it.'
    )
    op.execute(f"comment on column ops.runs.outcome is '{OUTCOME}'")
    op.create_table('investment_over_years',
    sa.Column('area_code', sa.Text(), nullable=False, comment='Official code of the area.'),
    sa.Column('area_name', sa.Text(), nullable=False, comment='Name of the area.'),
    sa.Column('period', sa.Text(), nullable=False, comment='The period the value is about, as the publisher writes it.'),
    sa.Column('period_last_day', sa.Date(), nullable=False, comment='Its last day.'),
    sa.Column('investment', sa.Text(), nullable=False, comment='The case.'),
    sa.Column('basis', sa.Text(), nullable=False, comment='Which assumption on record was used: figures on different bases are never mixed.'),
    sa.Column('case_years', sa.Double(), nullable=True, comment='Years the case has a cost for. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('cost_dkk', sa.Double(), nullable=True, comment='Its cost in all years, discounted to the first. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('saving_per_person_dkk', sa.Double(), nullable=True, comment='What a person off benefit spares in all years after the refund, discounted. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('discount_rate_pct', sa.Double(), nullable=True, comment='The rate a year. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('cost_per_course_low_dkk', sa.Double(), nullable=True, comment='Cost of a course at the most courses; not discounted. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('cost_per_course_high_dkk', sa.Double(), nullable=True, comment='Cost of a course at the fewest courses; not discounted. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('break_even_persons', sa.Double(), nullable=True, comment='Persons who must be off benefit in all the years. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('break_even_low_persons', sa.Double(), nullable=True, comment='At the highest benefit and the longest time on benefit before. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('break_even_high_persons', sa.Double(), nullable=True, comment='At the lowest benefit and the shortest time on benefit before. Null where an input is hidden or missing; never a zero then.'),
    sa.Column('caveats', sa.Text(), nullable=False, comment='What a reader must know, Danish; empty: nothing more.'),
    sa.Column('vintages', sa.ARRAY(sa.Integer()), nullable=False, comment="Numbers of the vintages that brought the row's inputs."),
    sa.Column('assumptions', sa.ARRAY(sa.BigInteger()), nullable=False, comment='Numbers of the assumptions it uses (core.assumptions).'),
    sa.PrimaryKeyConstraint('area_code', 'period', 'investment', 'basis', name=op.f('pk_investment_over_years')),
    schema='marts',
    comment='One row per area, first year, case, benefit and rate. How many persons off benefit from the first year to the last pay for the case.'
    )
    op.execute(f"comment on column core.assumptions.unit is '{UNIT}'")
