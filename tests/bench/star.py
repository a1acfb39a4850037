"""What a dashboard asks of the star: ten questions over everything that is loaded, as the readers' account asks them."""

from __future__ import annotations

from time import perf_counter, sleep

import psycopg

from warehouse.areas import municipalities

_TOTAL = "o.table_id = %(table)s and o.measure = 'full_time_persons' and o.is_total"
QUESTIONS = {
    "a course": f"""
        select o.period, o.value, o.status from marts.observations o where {_TOTAL} and o.area_code = %(area)s order by o.period
    """,
    "a month of all areas": f"""
        select o.area_code, o.area_name, o.value, o.status from marts.observations o where {_TOTAL} and o.period = '2025M02'
    """,
    "the members of a month": """
        select o.member, o.measure, o.value, o.status from marts.observations o
        where o.table_id = %(table)s and o.area_code = %(area)s and o.period = '2025M02'
    """,
    "by names": f"""
        select p.period_name, o.value, o.status from marts.observations o
        join marts.areas a using (area_code) join marts.periods p using (period) join marts.tables t using (table_id)
        where {_TOTAL} and t.table_id = %(table)s and a.area_name = %(name)s and p.year = 2024
    """,
    "a region over a year": f"""
        select p.period_name, a.area_name, o.value, o.status, o.series_break_caveat from marts.observations o
        join marts.areas a using (area_code) join marts.periods p using (period)
        where {_TOTAL} and a.region_name = 'Region Hovedstaden' and a.area_kind = 'municipality' and p.year = 2024
    """,
    "with its measures": """
        select m.label, o.period, o.value from marts.observations o join marts.measures m using (measure_id)
        where o.table_id = %(table)s and m.unit = 'pct' and o.area_code = %(area)s and o.is_total
    """,
    "with its vintages": f"""
        select o.period, v.seen_at, o.value from marts.observations o join marts.vintages v using (vintage_id)
        where {_TOTAL} and o.area_code = %(area)s
    """,
    "as of a day": f"""
        select o.period, o.value, o.status from marts.observations_as_of('2025-05-20', %(table)s, %(area)s) o where {_TOTAL}
    """,
    "unemployment of an area": "select * from marts.unemployment where area_code = %(area)s and member = ''",
    "activation of an area": "select * from marts.activation where area_code = %(area)s and offer = ''",
}


def reader(address: str, at: int, seconds: float, look: float, *, table_ids: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each question by one reader, who asks of one municipality and table after another."""
    took: dict[str, list[float]] = {}
    ends = perf_counter() + seconds
    places = municipalities()
    sleep(look * at / 8)  # they do not all begin at once
    while perf_counter() < ends:
        area = places[at % len(places)]
        asked = {"area": area.code, "name": area.name, "table": table_ids[at % len(table_ids)]}
        with psycopg.connect(address) as connection:
            for name, question in QUESTIONS.items():
                began = perf_counter()
                connection.execute(question, asked).fetchall()
                took.setdefault(f"star: {name}", []).append((perf_counter() - began) * 1000)
        sleep(look)
        at += 7
    return took
