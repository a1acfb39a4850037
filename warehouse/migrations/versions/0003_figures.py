"""Assumptions, derived figures and their marts; tables that other publishers and municipalities declare"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "activation",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column("offer", sa.Text(), nullable=False, comment="The kind of offer."),
        sa.Column(
            "courses_cases",
            sa.Double(),
            nullable=True,
            comment="Courses begun. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "share_pct",
            sa.Double(),
            nullable=True,
            comment="In per cent of all courses begun. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint("area_code", "period", "offer", name=op.f("pk_activation")),
        schema="marts",
        comment="One row per area, period and kind of offer. Courses begun, and their mix.",
    )
    op.create_table(
        "benchmark_ranking",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column(
            "benefit_area", sa.Text(), nullable=False, comment="The group of benefits, as table y30r21 names it."
        ),
        sa.Column(
            "table_id", sa.Text(), nullable=False, comment="The publisher's table, or the ranking list, it comes from."
        ),
        sa.Column(
            "stands_beside",
            sa.Boolean(),
            nullable=False,
            comment="Whether another source answers for the same municipality, period and group: the table comes first.",
        ),
        sa.Column(
            "rank",
            sa.Double(),
            nullable=True,
            comment="Place among the 98; 1 is furthest below the expected level. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "rank_half_a_year_earlier",
            sa.Double(),
            nullable=True,
            comment="Place on the list half a year earlier. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "gap_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="Actual minus expected: negative is fewer than expected. Differs by tens. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "gap_pct_point",
            sa.Double(),
            nullable=True,
            comment="Actual minus expected in percentage points of the population aged 16 to 66. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "expected_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="What the ministry expects. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "actual_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="What was counted. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "published_gap_is",
            sa.Text(),
            nullable=True,
            comment="What the source calls the difference: actual - expected, or the reverse; null: untold, see the caveats.",
        ),
        sa.Column(
            "published_gap_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="The difference as the source has it, its sign as it is. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "published_gap_pct_point",
            sa.Double(),
            nullable=True,
            comment="The difference in percentage points as the source has it, its sign as it is. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint("area_code", "period", "benefit_area", "table_id", name=op.f("pk_benchmark_ranking")),
        schema="marts",
        comment="One row per municipality, four quarters, group of benefits and source of the ministry's benchmark: table y30r21, and "
        "the printed lists. Rank 1 is best. Where not stands_beside there is one row of each.",
    )
    op.create_table(
        "block_grant_share",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column("benefit_group_name", sa.Text(), nullable=False, comment="Danish name of the benefit."),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="Which assumption on record was used: figures on different bases are never mixed.",
        ),
        sa.Column(
            "recipients_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="Full-time persons in the municipality. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "country_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="Full-time persons in the country. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "share_pct",
            sa.Double(),
            nullable=True,
            comment="The municipality's share of the country. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "key_pct",
            sa.Double(),
            nullable=True,
            comment="The key on this basis. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "gap_pct_point",
            sa.Double(),
            nullable=True,
            comment="Share minus key: negative is fewer than the key would give. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "expected_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="What the key would give. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint(
            "area_code", "period", "benefit_group_name", "basis", name=op.f("pk_block_grant_share")
        ),
        schema="marts",
        comment="One row per municipality, month, benefit group and basis of the key. Share of the country against the key.",
    )
    op.create_table(
        "claim_check",
        sa.Column("document", sa.Text(), nullable=False, comment="The paper."),
        sa.Column("claim_no", sa.Integer(), nullable=False, comment="Number of the claim in its file."),
        sa.Column("point", sa.Text(), nullable=False, comment="Item of the agenda."),
        sa.Column("statement", sa.Text(), nullable=False, comment="What is claimed, Danish."),
        sa.Column("claimed", sa.Double(), nullable=True, comment="The number in the paper."),
        sa.Column(
            "computed", sa.Double(), nullable=True, comment="The number it should be; null: it cannot be checked."
        ),
        sa.Column("difference", sa.Double(), nullable=True, comment="Claimed minus computed."),
        sa.Column("unit", sa.Text(), nullable=False, comment="Unit of all three."),
        sa.Column(
            "verdict", sa.Text(), nullable=False, comment="holds, holds within rounding, differs or cannot be checked."
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why, and which reading would fit."),
        sa.PrimaryKeyConstraint("document", "claim_no", name=op.f("pk_claim_check")),
        schema="marts",
        comment="One row per claim of a paper. Checked against the warehouse as it stands.",
    )
    op.create_table(
        "exits",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column("outcome", sa.Text(), nullable=False, comment="The outcome after the course."),
        sa.Column(
            "share_pct",
            sa.Double(),
            nullable=True,
            comment="In per cent of those who finished. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "country_pct",
            sa.Double(),
            nullable=True,
            comment="The same for the country. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "exits_persons",
            sa.Double(),
            nullable=True,
            comment="Persons that the share means, of those who finished. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint("area_code", "period", "outcome", name=op.f("pk_exits")),
        schema="marts",
        comment="One row per area, period and outcome. What became of those who finished a course.",
    )
    op.create_table(
        "investment_case",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column("investment", sa.Text(), nullable=False, comment="The case."),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="Which assumption on record was used: figures on different bases are never mixed.",
        ),
        sa.Column(
            "cost_dkk",
            sa.Double(),
            nullable=True,
            comment="Cost in the year. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "places_persons",
            sa.Double(),
            nullable=True,
            comment="Places at a time. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "cost_per_place_dkk",
            sa.Double(),
            nullable=True,
            comment="Cost of a place in a year. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "cost_per_course_low_dkk",
            sa.Double(),
            nullable=True,
            comment="Cost of all years over the most courses they may give. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "cost_per_course_high_dkk",
            sa.Double(),
            nullable=True,
            comment="Cost of all years over the fewest courses they may give. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "saving_per_person_dkk",
            sa.Double(),
            nullable=True,
            comment="Net municipal cost of a person that is saved in the year. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "horizon_years",
            sa.Double(),
            nullable=True,
            comment="Years for which a person is off benefit; null by a net price, which is of one year. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "discount_rate_pct",
            sa.Double(),
            nullable=True,
            comment="Rate by which later years are discounted; null by a net price. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "break_even_persons",
            sa.Double(),
            nullable=True,
            comment="Persons off public support who cover the cost: by a net price the year's, by the ladder that of all years. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "break_even_low_persons",
            sa.Double(),
            nullable=True,
            comment="The same, every assumption at the end that asks for fewest. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "break_even_high_persons",
            sa.Double(),
            nullable=True,
            comment="The same, every assumption at the end that asks for most. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint("area_code", "period", "investment", "basis", name=op.f("pk_investment_case")),
        schema="marts",
        comment="One row per area, year, case and price of a person. What a place and a course cost, and how many persons break even.",
    )
    op.create_table(
        "ordinary_hours",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column("target_group", sa.Text(), nullable=False, comment="The benefit or target group."),
        sa.Column(
            "ordinary_hours_persons",
            sa.Double(),
            nullable=True,
            comment="Persons with ordinary paid hours. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "ordinary_hours_pct",
            sa.Double(),
            nullable=True,
            comment="In per cent of the group. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "country_pct",
            sa.Double(),
            nullable=True,
            comment="The same for the country. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "gap_pct_point",
            sa.Double(),
            nullable=True,
            comment="Own minus the country's. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "base_persons",
            sa.Double(),
            nullable=True,
            comment="The group's size that count and share imply. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint("area_code", "period", "target_group", name=op.f("pk_ordinary_hours")),
        schema="marts",
        comment="One row per area, period and target group. Recipients with ordinary paid hours, against the country.",
    )
    op.create_table(
        "savings",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column(
            "benefit_area", sa.Text(), nullable=False, comment="The group of benefits, as table y30r21 names it."
        ),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="Which assumption on record was used: figures on different bases are never mixed.",
        ),
        sa.Column(
            "table_id", sa.Text(), nullable=False, comment="The publisher's table, or the ranking list, it comes from."
        ),
        sa.Column(
            "fewer_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="Full-time persons fewer than the ministry expects; negative: more. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "net_unit_cost_dkk",
            sa.Double(),
            nullable=True,
            comment="Net municipal cost of a full-time person in a year. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "saving_dkk",
            sa.Double(),
            nullable=True,
            comment="Fewer persons times the cost, a year. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "saving_low_dkk",
            sa.Double(),
            nullable=True,
            comment="The same with ten persons less: the publisher rounds to tens. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "saving_high_dkk",
            sa.Double(),
            nullable=True,
            comment="The same with ten persons more. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint("area_code", "period", "benefit_area", "basis", name=op.f("pk_savings")),
        schema="marts",
        comment="One row per municipality, four quarters, group of benefits and price. What fewer supported persons save in a year.",
    )
    op.create_table(
        "target_followup",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column("target", sa.Text(), nullable=False, comment="What the target is about."),
        sa.Column("kind", sa.Text(), nullable=True, comment="minimum or maximum."),
        sa.Column(
            "target_pct",
            sa.Double(),
            nullable=True,
            comment="The target. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "share_pct",
            sa.Double(),
            nullable=True,
            comment="The share that was reached. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "reached", sa.Boolean(), nullable=True, comment="Whether the target is reached; null: it cannot be said."
        ),
        sa.Column(
            "finished_cases",
            sa.Double(),
            nullable=True,
            comment="Courses that were finished, of which it is a share. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "now_persons",
            sa.Double(),
            nullable=True,
            comment="Persons that the share means. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "needed_persons",
            sa.Double(),
            nullable=True,
            comment="Fewest (minimum) or most (maximum) persons with which the target is reached. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "deciding_persons",
            sa.Double(),
            nullable=True,
            comment="How many persons' difference decides it. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint("area_code", "period", "target", name=op.f("pk_target_followup")),
        schema="marts",
        comment="One row per area, period and target. Whether it is reached, and how many persons decide it.",
    )
    op.create_table(
        "unemployment_projection",
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="The period the value is about, as the publisher writes it."
        ),
        sa.Column("period_last_day", sa.Date(), nullable=False, comment="Its last day."),
        sa.Column("forecast", sa.Text(), nullable=False, comment="The forecast of the national change, by its basis."),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="Which assumption on record was used: figures on different bases are never mixed.",
        ),
        sa.Column(
            "national_change_persons",
            sa.Double(),
            nullable=True,
            comment="The national change that was forecast. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "key_pct",
            sa.Double(),
            nullable=True,
            comment="The municipality's share of the country on this basis. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "projected_persons",
            sa.Double(),
            nullable=True,
            comment="Change times key, whole persons. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "projected_low_persons",
            sa.Double(),
            nullable=True,
            comment="With the low end of the key. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "projected_high_persons",
            sa.Double(),
            nullable=True,
            comment="With the high end of the key. Null where an input is hidden or missing; never a zero then.",
        ),
        sa.Column(
            "caveats", sa.Text(), nullable=False, comment="What a reader must know, Danish; empty: nothing more."
        ),
        sa.Column(
            "vintages",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="Numbers of the vintages that brought the row's inputs.",
        ),
        sa.Column(
            "assumptions",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        sa.PrimaryKeyConstraint("area_code", "period", "forecast", "basis", name=op.f("pk_unemployment_projection")),
        schema="marts",
        comment="One row per municipality, year, forecast and basis of the key. What a national change means locally.",
    )
    op.create_table(
        "figure_builds",
        sa.Column("mart", sa.Text(), nullable=False, comment="The mart, without its schema."),
        sa.Column(
            "rests_on", sa.Text(), nullable=False, comment="The code, vintages and assumptions it was last filled from."
        ),
        sa.PrimaryKeyConstraint("mart", name=op.f("pk_figure_builds")),
        schema="ops",
        comment="One row per mart of figures: what it was last filled from.",
    )
    op.create_table(
        "assumptions",
        sa.Column("assumption_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="Our number."),
        sa.Column("name", sa.Text(), nullable=False, comment="What is taken for granted, ending in its unit."),
        sa.Column("area_code", sa.Text(), nullable=True, comment="The area it holds for; null: anywhere."),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="The variant; two bases are never mixed. Empty: there is but one.",
        ),
        sa.Column(
            "valid_from", sa.Date(), nullable=True, comment="First day it was given for; null: no beginning is known."
        ),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="Last day it was given for; null: no end is known."),
        sa.Column("value", sa.Numeric(), nullable=False, comment="The number, in its unit."),
        sa.Column("low", sa.Numeric(), nullable=True, comment="The lowest it may be; null: nobody said."),
        sa.Column("high", sa.Numeric(), nullable=True, comment="The highest it may be; null: nobody said."),
        sa.Column(
            "unit",
            sa.Text(),
            nullable=False,
            comment="persons, full_time_persons, cases, pct, pct_point, dkk, hours, weeks or years.",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Who says so, and where."),
        sa.Column(
            "evidence",
            sa.Text(),
            nullable=False,
            comment="confirmed (read where it was published), likely (second-hand or derived) or inferred.",
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="What a reader should know; empty: nothing more."),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When the warehouse learnt it."),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was changed or no longer declared; null: it stands.",
        ),
        sa.CheckConstraint(
            "evidence in ('confirmed', 'likely', 'inferred')", name=op.f("ck_assumptions_evidence_is_known")
        ),
        sa.CheckConstraint("low <= value and value <= high", name=op.f("ck_assumptions_bounds_hold_the_value")),
        sa.CheckConstraint("recorded_at < superseded_at", name=op.f("ck_assumptions_stood_for_a_while")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_assumptions_begins_before_it_ends")),
        sa.ForeignKeyConstraint(["area_code"], ["core.areas.code"], name=op.f("fk_assumptions_area_code")),
        sa.PrimaryKeyConstraint("assumption_id", name=op.f("pk_assumptions")),
        schema="core",
        comment="One row per assumption and time it stood. What figures take for granted; never edited, only closed.",
    )
    op.create_index(
        "ix_assumptions_standing",
        "assumptions",
        ["name", "area_code", "basis", "valid_from"],
        unique=True,
        schema="core",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("superseded_at is null"),
    )
    op.alter_column(
        "measures",
        "unit",
        existing_type=sa.TEXT(),
        comment="persons, full_time_persons, cases, pct, pct_point, fraction, ratio, rank, dkk or work_years.",
        existing_comment="persons, full_time_persons, cases, pct, pct_point, fraction, ratio or rank.",
        existing_nullable=False,
        schema="core",
    )
    op.add_column(
        "tables",
        sa.Column(
            "root_members",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default="{}",
            comment="The members of its total: every breakdown at its root.",
        ),
        schema="core",
    )
    op.add_column(
        "tables",
        sa.Column(
            "feeds",
            sa.Text(),
            nullable=True,
            comment="What figures take a table of a municipality's own for; null: they name it.",
        ),
        schema="core",
    )
    op.add_column(
        "tables",
        sa.Column(
            "declaration",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default="{}",
            comment="The whole declaration, from a catalogue or a contract.",
        ),
        schema="core",
    )
    op.create_table_comment(
        "tables",
        "One row per publisher table. Made from the catalogues and from contracts, never edited.",
        existing_comment="One row per publisher table in the catalogue. Made from the catalogue, never edited.",
        schema="core",
    )
    op.alter_column("tables", "root_members", schema="core", server_default=None)
    op.alter_column("tables", "declaration", schema="core", server_default=None)


def downgrade() -> None:
    raise RuntimeError("a warehouse never forgets: this migration is not undone")
