"""Numbers told of hidden counts, held against what the publisher's own cells leave possible: ten ways to tell too much."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.hidden_counts import HIDDEN, PERIOD, benefit, frame, parts
from warehouse.figures.disclosure import told
from warehouse.figures.disclosure.leaks import leaks, narrowed
from warehouse.figures.disclosure.relations import known_of
from warehouse.figures.disclosure.told import Told

PLACE = {"area_code": "741", "period": PERIOD}
SHOWN = benefit("y01a02", "A-dagpenge", 600.0, persons=700.0, workforce_pct=32.0)
ONE = benefit("y04a02", "Revalidering", HIDDEN, persons=HIDDEN, workforce_pct=0.1)
TWO = benefit("y11a02", "Ressourceforløb", HIDDEN, persons=4.0, workforce_pct=0.1)
CELLS = frame(SHOWN, ONE, TWO)


def row(**columns: Any) -> pl.DataFrame:
    """One row of a mart, of this area and month."""
    return pl.DataFrame({name: [value] for name, value in (PLACE | columns).items()}, infer_schema_length=None)


def recipients(name: str, **columns: float | None) -> Told:
    empty = dict.fromkeys(told.RECIPIENTS)
    rows = row(benefit_group=name.lower(), **{**empty, **columns}).cast(dict.fromkeys(told.RECIPIENTS, pl.Float64))
    return told.of_recipients(CELLS, rows, place="marts.benefit_recipients")


def totals(value: float | None, low: float | None, high: float | None, *, status: str = "suppressed") -> Told:
    columns = dict(zip(told.TOTALS, (value, low, high), strict=True))
    rows = row(status=status, **columns).cast(dict.fromkeys(told.TOTALS, pl.Float64))
    return told.of_totals(CELLS, rows, place="marts.benefit_totals")


def shares(**columns: float | None) -> Told:
    numbers = dict.fromkeys((*told.SHARE_OF_COUNTRY, "country_full_time_persons", "key_pct"))
    numbers |= {"country_full_time_persons": 2_000.0, "key_pct": 0.5} | columns
    rows = row(benefit_group_name="Revalidering", basis="", **numbers).cast(dict.fromkeys(numbers, pl.Float64))
    return told.of_shares_of_country(CELLS, rows, place="marts.block_grant_share")


def settled(**columns: float | None) -> Told:
    numbers = dict.fromkeys(told.SETTLED) | columns
    of = row(table_id="y04a02", measure="full_time_persons", **numbers).cast(dict.fromkeys(told.SETTLED, pl.Float64))
    return told.of_settled(CELLS, of, place="marts.settled_values")


def revision(before: tuple[float | None, str], after: tuple[float | None, str], change: float | None) -> Told:
    of = {"table_id": "y04a02", "measure": "full_time_persons", "members": "{}"}
    sides = {"before_value": before[0], "before_status": before[1], "after_value": after[0], "after_status": after[1]}
    rows = row(**of, **sides, change_value=change)
    numbers = pl.col("before_value", "after_value", "change_value").cast(pl.Float64)
    return told.of_revisions(rows.with_columns(numbers), place="marts.revisions")


def found(said: Told) -> list[str]:
    return leaks(known_of(CELLS), said)["place"].to_list()


WITHIN = {
    "what the publisher leaves": totals(None, 600.0, 604.0),
    "less than the publisher leaves": totals(None, 590.0, 700.0),
    "a part lacks": totals(None, 601.0, None, status="missing"),
    "the publisher's own percentage": recipients("Revalidering", share_of_workforce_pct=0.1),
    "shown counts": recipients("A-dagpenge", recipients_persons=700.0, recipients_full_time_persons=600.0),
    "nothing of a hidden count": shares(),
    "nothing settled": settled(),
    "a band as wide as what is possible": settled(settled_low_value=0.0, settled_high_value=2.0),
    "a count that came to be hidden": revision((3.0, "observed"), (None, "suppressed"), None),
}


@pytest.mark.parametrize("said", WITHIN.values(), ids=WITHIN)
def test_what_leaves_as_much_possible_as_the_publisher_is_no_leak(said: Told) -> None:
    assert found(said) == []


LEAKING = {
    "a total with a hidden part": totals(601.0, None, None),
    "a greatest total that is too low": totals(None, 600.0, 603.0),
    "a least total that is too high": totals(None, 603.0, 604.0),
    "a percentage with a digit more": recipients("Revalidering", share_of_workforce_pct=0.053),
    "the hidden count itself": recipients("Revalidering", recipients_persons=1.0),
    "a hidden count as none": recipients("Ressourceforløb", recipients_full_time_persons=0.0),
    "its share of the country": shares(share_pct=0.05),
    "its share against the key": shares(gap_pct_point=-0.4),
    "the change of a count that came to be hidden": revision((3.0, "observed"), (None, "suppressed"), -2.0),
    "a hidden count before it was shown": revision((2.0, "suppressed"), (3.0, "observed"), None),
    "the settled value of a hidden count": settled(settled_value=2.0),
    "a band within what is possible": settled(settled_low_value=2.0, settled_high_value=2.0),
}


@pytest.mark.parametrize("said", LEAKING.values(), ids=LEAKING)
def test_each_deliberate_leak_is_caught(said: Told) -> None:
    (place,) = set(found(said))
    assert place.startswith("marts.")


def test_a_bound_of_two_that_narrows_neither_alone_is_a_leak_all_the_same() -> None:
    """Both may still be none, one or two, and no longer two at once."""
    said = totals(None, 600.0, 603.0)
    known = known_of(CELLS)
    leaking = leaks(known, said)
    assert leaking.select("told_high", "possible_high").row(0) == (603.0, 604.0)
    assert narrowed(known, said, leaking) == 0


def test_how_many_counts_a_leak_narrows_is_told() -> None:
    known, said = known_of(CELLS), totals(604.0, None, None)
    assert narrowed(known, said, leaks(known, said)) == 2


def test_a_number_that_the_publishers_own_total_gives_away_is_no_leak() -> None:
    """The programme knows what bounds alone do not: the publisher's total pins the part down."""
    given_away = parts("z", "started_cases", 12.0, 11.0, HIDDEN, adds_up=True)
    counted = {
        "benefit_group": "revalidering",
        "benefit": "Revalidering",
        "counted": True,
        "measure": "full_time_persons",
    }
    cells = frame(given_away)
    hidden = pl.col("status") == "suppressed"
    named = [pl.when(hidden).then(pl.lit(value)).otherwise(name).alias(name) for name, value in counted.items()]
    rows = row(benefit_group="revalidering", **(dict.fromkeys(told.RECIPIENTS) | {"recipients_full_time_persons": 1.0}))
    said = told.of_recipients(
        cells.with_columns(named),
        rows.cast(dict.fromkeys(told.RECIPIENTS, pl.Float64)),
        place="marts.benefit_recipients",
    )
    assert said.said.height == 1
    assert leaks(known_of(cells), said).is_empty()
