"""How a mart of one subject is declared: publishers' tables side by side, a column for each measure and its status.

They are views over the facts, with a function as of a moment beside each; warehouse/marts/subject_sql.py makes both of what is
declared here. Counts are whole numbers, since the audit lets no other in. Source: the publishers' tables that each names.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, Double, Integer, Table, Text

from warehouse.danish.reservations import SMALLEST_BASE
from warehouse.marts.columns import last_day, series_break, table_id
from warehouse.marts.declaration import mart
from warehouse.marts.views import views
from warehouse.schema.core import MOMENT, described, optional

_COUNTS = ("_persons", "_cases")
# Of several breaks in a row's observations the newest: a list begins with the period in which its break does, in seven digits.
# Looked up once for each observation, and taken apart when the rows are made.
_BREAK = "max(o.newest_break)"
_BREAK_TOLD = """max(array[
        (select b.first_period_id::text from core.tables t join core.series_breaks b using (table_no)
         where t.table_id = o.table_id and b.series_break = o.series_break), o.series_break, o.series_break_caveat]
    ) filter (where o.series_break is not null)"""
_VINTAGES = "array_to_string(array_agg(distinct o.vintage_id order by o.vintage_id), ', ')"
_SUBJECT = "(select t.subject from marts.tables t where t.table_id = o.table_id)"
_OF_NAME = "(select min(g.benefit_group) from core.benefit_groups g where g.name = {name})"


def subject_mart(
    name: str,
    english: str,
    danish: str,
    *columns: Column[Any],
    tables: tuple[str, ...],
    parted_by: tuple[Column[Any], ...] = (),
    feeds: str = "",
    against_country: str = "",
) -> Table:
    """A mart of tables side by side: one row per area, period and what else it is parted by.

    With `feeds` the tables of a municipality's own that feed it are among them. With `against_country`, a measure, each row
    has the country's value of it at hand, as `country.value`.
    """
    return Table(
        name,
        views,
        described("area_code", Text, "Official code of the area.", "Områdets officielle kode.", primary_key=True),
        described("area_name", Text, "Name of the area.", "Områdets navn."),
        described("period", Text, "The period, as 2026M07.", "Perioden, skrevet som 2026M07.", primary_key=True),
        described("period_first_day", Date, "First day of the period.", "Periodens første dag."),
        last_day("period", "Periodens"),
        *parted_by,
        *columns,
        _computed(
            described(
                "vintages",
                Text,
                "Numbers of the vintages that brought the row's figures, with ', ' between them.",
                "Numre på de udgaver, rækkens tal kom med, med ', ' imellem.",
            ),
            _VINTAGES,
        ),
        _computed(
            described("seen_at", MOMENT, "When we saw the newest of them.", "Hvornår vi så den nyeste af dem."),
            "max(o.seen_at)",
        ),
        *(
            _computed(column, _BREAK, told=_BREAK_TOLD, place=place)
            for place, column in enumerate(series_break("period", "perioden"), 2)
        ),
        **_made(english, danish, tables=tables, feeds=feeds, against_country=against_country),
    )


def _made(english: str, danish: str, **of: Any) -> dict[str, Any]:
    # Left out of the checksum: it is the facts again.
    said = mart(english, danish, hashed_by=(), years_by="period_last_day")
    return said | {"info": said["info"] | of}


def _computed(
    column: Column[Any], expression: str, *, told: str | None = None, place: int | None = None
) -> Column[Any]:
    """A column with what it is computed by, of versions and of what is `told` as of a moment; with `place` each is a list, of
    which the column is the element there.
    """
    column.info |= {"expression": expression, "told": told or expression, "place": place}
    return column


def published(
    name: str, english: str, danish: str, *, measures: tuple[str, ...], unit: str | None = None
) -> tuple[Column[Any], Column[Any]]:
    """A measure as it was published, by the names it has in the tables, and its status; a count is a whole number."""
    counted = name.endswith(_COUNTS)
    among = f"o.measure in ({', '.join(map(quoted, measures))})"
    value = optional(
        name,
        Integer if counted else Double,
        f"{english} Null unless observed; a null is never a zero.",
        f"{danish} Tom, hvis tallet ikke er oplyst; tom betyder aldrig nul.",
        unit=unit,
    )
    status = optional(
        f"{name}_status",
        Text,
        f"Status of {name}: observed, suppressed, not_yet or withdrawn; null: its table has no such row.",
        f"Status for {name}: observed (oplyst), suppressed (skjult), not_yet (endnu ikke opgjort) eller withdrawn (trukket "
        "tilbage); tom: tabellen har ingen sådan række.",
    )
    cast = "::integer" if counted else ""
    value.info["measures"] = measures
    return (
        _computed(value, f"(max(o.value) filter (where {among})){cast}"),
        _computed(status, f"max(o.status) filter (where {among})"),
    )


def member(english: str, danish: str, *, name: str = "member") -> Column[Any]:
    """The member of the one breakdown that the tables have; empty: the total."""
    column = described(name, Text, f"{english}; empty: the total.", f"{danish}; tom: totalen.", primary_key=True)
    return _computed(column, "o.member") if name != "member" else column


def of_a_table(name: str = "subject") -> tuple[Column[Any], ...]:
    """The columns that say of which table a row is, and which benefit or other group the table is about."""
    subject = described(
        name,
        Text,
        "What the table is about: a benefit or another group.",
        "Hvad tabellen handler om: en ydelse eller en anden gruppe.",
    )
    group = optional(
        "benefit_group",
        Text,
        "The benefit group of that name; null: none has it.",
        "Den ydelsesgruppe, der hedder sådan; tom: ingen gør.",
    )
    said = ("The publisher's table.", "Tabellen hos kilden.")
    return (
        table_id(*said, primary_key=True),
        _computed(subject, _SUBJECT),
        _computed(group, _OF_NAME.format(name=_SUBJECT)),
    )


def against_country(persons: str, share: str) -> tuple[Column[Any], ...]:
    """The country's share, the distance to it, and how large a group count and share imply; none of too small a group."""
    counted, shared = (f"(max(o.value) filter (where o.measure = {quoted(each)}))" for each in (persons, share))
    base = f"round(({counted} / nullif({shared}, 0) * 100)::numeric)::integer"
    unknown = f"max(o.status) filter (where o.measure = {quoted(persons)}) is null"
    said = (
        "Null where an input is hidden or missing; never a zero then.",
        "Tom, hvis et af tallene bag er skjult eller mangler.",
    )
    country = optional(
        "country_pct", Double, f"The same for the country. {said[0]}", f"Det samme for hele landet. {said[1]}"
    )
    gap = optional(
        "gap_pct_point",
        Double,
        f"Own minus the country's; none of a group under {SMALLEST_BASE}. {said[0]}",
        f"Egen andel minus landets; ikke for grupper under {SMALLEST_BASE}. {said[1]}",
    )
    group = optional(
        "base_persons",
        Integer,
        f"The group's size that count and share imply. {said[0]}",
        f"Målgruppens størrelse, som antal og andel tilsammen giver den. {said[1]}",
    )
    return (
        _computed(country, "max(country.value)"),
        _computed(gap, f"case when {base} >= {SMALLEST_BASE} or {unknown} then {shared} - max(country.value) end"),
        _computed(group, base),
    )


def share_of_courses() -> Column[Any]:
    """Courses of an offer in per cent of those of all offers: none where one is hidden or they are too few."""
    courses = "(max(o.value) filter (where o.measure in ('activation_cases', 'started_cases')))"
    status = "(max(o.status) filter (where o.measure in ('activation_cases', 'started_cases')))"
    offers = "filter (where o.member <> '') over (partition by o.table_id, o.area_code, o.period)"
    column = optional(
        "share_pct",
        Double,
        f"In per cent of the courses of all offers; null where one is hidden, and where they are under {SMALLEST_BASE}.",
        f"I procent af forløbene i alle tilbud; tom, hvor et af dem er skjult, og hvor de er under {SMALLEST_BASE}.",
    )
    return _computed(
        column,
        f"case when o.member <> '' and bool_and({status} in ('observed', 'withdrawn')) {offers} "
        f"and sum({courses}) {offers} >= {SMALLEST_BASE} then 100 * {courses} / sum({courses}) {offers} end",
    )


def quoted(said: str) -> str:
    """A text as SQL writes it."""
    return "'" + said.replace("'", "''") + "'"
