"""The marts of derived figures, declared once: each row names the vintages and the assumptions it rests on.

They are filled from `warehouse/figures`, and hold what the figure says now; what it said at another moment is asked of
the figure itself.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Double, Integer, Table, Text

from warehouse.schema import metadata

_RESTS_ON = "Null where an input is hidden or missing; never a zero then."


def _number(name: str, what: str) -> Column[Any]:
    return Column(name, Double, comment=f"{what} {_RESTS_ON}")


def _mart(name: str, grain: str, *columns: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("area_code", Text, primary_key=True, comment="Official code of the area."),
        Column("area_name", Text, nullable=False, comment="Name of the area."),
        Column("period", Text, primary_key=True, comment="The period the value is about, as the publisher writes it."),
        Column("period_last_day", Date, nullable=False, comment="Its last day."),
        *columns,
        Column("caveats", Text, nullable=False, comment="What a reader must know, Danish; empty: nothing more."),
        Column(
            "vintages", ARRAY(Integer), nullable=False, comment="Numbers of the vintages that brought the row's inputs."
        ),
        Column(
            "assumptions",
            ARRAY(BigInteger),
            nullable=False,
            comment="Numbers of the assumptions it uses (core.assumptions).",
        ),
        schema="marts",
        comment=grain,
    )


def _item(name: str, what: str) -> Column[Any]:
    return Column(name, Text, primary_key=True, comment=what)


_BASIS = "Which assumption on record was used: figures on different bases are never mixed."

benchmark_ranking = _mart(
    "benchmark_ranking",
    "One row per municipality, four quarters, group of benefits and source of the ministry's benchmark: table y30r21, and "
    "the printed lists. Rank 1 is best. Where not stands_beside there is one row of each.",
    _item("benefit_area", "The group of benefits, as table y30r21 names it."),
    _item("table_id", "The publisher's table, or the ranking list, it comes from."),
    Column(
        "stands_beside",
        Boolean,
        nullable=False,
        comment="Whether another source answers for the same municipality, period and group: the table comes first.",
    ),
    _number("rank", "Place among the 98; 1 is furthest below the expected level."),
    _number("rank_half_a_year_earlier", "Place on the list half a year earlier."),
    _number("gap_full_time_persons", "Actual minus expected: negative is fewer than expected. Differs by tens."),
    _number("gap_pct_point", "Actual minus expected in percentage points of the population aged 16 to 66."),
    _number("expected_full_time_persons", "What the ministry expects."),
    _number("actual_full_time_persons", "What was counted."),
    Column(
        "published_gap_is",
        Text,
        comment="What the source calls the difference: actual - expected, or the reverse; null: untold, see the caveats.",
    ),
    _number("published_gap_full_time_persons", "The difference as the source has it, its sign as it is."),
    _number("published_gap_pct_point", "The difference in percentage points as the source has it, its sign as it is."),
)
savings = _mart(
    "savings",
    "One row per municipality, four quarters, group of benefits and price. What fewer supported persons save in a year.",
    _item("benefit_area", "The group of benefits, as table y30r21 names it."),
    _item("basis", _BASIS),
    Column("table_id", Text, nullable=False, comment="The publisher's table, or the ranking list, it comes from."),
    _number("fewer_full_time_persons", "Full-time persons fewer than the ministry expects; negative: more."),
    _number("net_unit_cost_dkk", "Net municipal cost of a full-time person in a year."),
    _number("saving_dkk", "Fewer persons times the cost, a year."),
    _number("saving_low_dkk", "The same with ten persons less: the publisher rounds to tens."),
    _number("saving_high_dkk", "The same with ten persons more."),
)
unemployment_projection = _mart(
    "unemployment_projection",
    "One row per municipality, year, forecast and basis of the key. What a national change means locally.",
    _item("forecast", "The forecast of the national change, by its basis."),
    _item("basis", _BASIS),
    _number("national_change_persons", "The national change that was forecast."),
    _number("key_pct", "The municipality's share of the country on this basis."),
    _number("projected_persons", "Change times key, whole persons."),
    _number("projected_low_persons", "With the low end of the key."),
    _number("projected_high_persons", "With the high end of the key."),
)
block_grant_share = _mart(
    "block_grant_share",
    "One row per municipality, month, benefit group and basis of the key. Share of the country against the key.",
    _item("benefit_group_name", "Danish name of the benefit."),
    _item("basis", _BASIS),
    _number("recipients_full_time_persons", "Full-time persons in the municipality."),
    _number("country_full_time_persons", "Full-time persons in the country."),
    _number("share_pct", "The municipality's share of the country."),
    _number("key_pct", "The key on this basis."),
    _number("gap_pct_point", "Share minus key: negative is fewer than the key would give."),
    _number("expected_full_time_persons", "What the key would give."),
)
activation = _mart(
    "activation",
    "One row per area, period and kind of offer. Courses begun, and their mix.",
    _item("offer", "The kind of offer."),
    _number("courses_cases", "Courses begun."),
    _number("share_pct", "In per cent of all courses begun."),
)
ordinary_hours = _mart(
    "ordinary_hours",
    "One row per area, period and target group. Recipients with ordinary paid hours, against the country.",
    _item("target_group", "The benefit or target group."),
    _number("ordinary_hours_persons", "Persons with ordinary paid hours."),
    _number("ordinary_hours_pct", "In per cent of the group."),
    _number("country_pct", "The same for the country."),
    _number("gap_pct_point", "Own minus the country's."),
    _number("base_persons", "The group's size that count and share imply."),
)
exits = _mart(
    "exits",
    "One row per area, period and outcome. What became of those who finished a course.",
    _item("outcome", "The outcome after the course."),
    _number("share_pct", "In per cent of those who finished."),
    _number("country_pct", "The same for the country."),
    _number("exits_persons", "Persons that the share means, of those who finished."),
)
target_followup = _mart(
    "target_followup",
    "One row per area, period and target. Whether it is reached, and how many persons decide it.",
    _item("target", "What the target is about."),
    Column("kind", Text, comment="minimum or maximum."),
    _number("target_pct", "The target."),
    _number("share_pct", "The share that was reached."),
    Column("reached", Boolean, comment="Whether the target is reached; null: it cannot be said."),
    _number("finished_cases", "Courses that were finished, of which it is a share."),
    _number("now_persons", "Persons that the share means."),
    _number("needed_persons", "Fewest (minimum) or most (maximum) persons with which the target is reached."),
    _number("deciding_persons", "How many persons' difference decides it."),
)
investment_case = _mart(
    "investment_case",
    "One row per area, year, case and price of a person. What a place and a course cost, and how many persons break even.",
    _item("investment", "The case."),
    _item("basis", _BASIS),
    _number("cost_dkk", "Cost in the year."),
    _number("places_persons", "Places at a time."),
    _number("cost_per_place_dkk", "Cost of a place in a year."),
    _number("cost_per_course_low_dkk", "Cost of all years over the most courses they may give."),
    _number("cost_per_course_high_dkk", "Cost of all years over the fewest courses they may give."),
    _number("saving_per_person_dkk", "Net municipal cost of a person that is saved in the year."),
    _number("horizon_years", "Years for which a person is off benefit; null by a net price, which is of one year."),
    _number("discount_rate_pct", "Rate by which later years are discounted; null by a net price."),
    _number(
        "break_even_persons",
        "Persons off public support who cover the cost: by a net price the year's, by the ladder that of all years.",
    ),
    _number("break_even_low_persons", "The same, every assumption at the end that asks for fewest."),
    _number("break_even_high_persons", "The same, every assumption at the end that asks for most."),
)
claim_check = Table(
    "claim_check",
    metadata,
    Column("document", Text, primary_key=True, comment="The paper."),
    Column("claim_no", Integer, primary_key=True, comment="Number of the claim in its file."),
    Column("point", Text, nullable=False, comment="Item of the agenda."),
    Column("statement", Text, nullable=False, comment="What is claimed, Danish."),
    Column("claimed", Double, comment="The number in the paper."),
    Column("computed", Double, comment="The number it should be; null: it cannot be checked."),
    Column("difference", Double, comment="Claimed minus computed."),
    Column("unit", Text, nullable=False, comment="Unit of all three."),
    Column("verdict", Text, nullable=False, comment="holds, holds within rounding, differs or cannot be checked."),
    Column("reason", Text, nullable=False, comment="Why, and which reading would fit."),
    schema="marts",
    comment="One row per claim of a paper. Checked against the warehouse as it stands.",
)
