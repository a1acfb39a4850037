"""Settled values: the band holds what it promises where the revision process is known, and none is given too early."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from tests.revised_series import MEASURE, classed, of_standin
from warehouse.formulas.development import developed
from warehouse.formulas.settled_values import Known, backtest, credibility, fits, known, settled

FIRST = 2019 * 12


def seen(*benefits: str, releases: int, horizon: int, ages: Sequence[int] = (0, 1)) -> Known:
    """What a warehouse has seen of benefits of the synthetic Denmark, as a family of tables."""
    found = []
    for benefit in benefits:
        revised = of_standin(benefit, first=FIRST, newest=range(FIRST + 3, FIRST + 4 + releases))
        development = developed(revised.observations, revised.vintages)
        found.append(classed(development).with_columns(table_id=pl.lit(benefit)))
    ended = known(pl.concat(found), horizon=horizon)
    return {group: values for group, values in ended.items() if group.age in ages}


def target(benefit: str, value: float, *, age: int = 0, size_class: str = "small") -> pl.DataFrame:
    row = {"table_id": benefit, "measure": MEASURE, "size_class": size_class, "age": age, "value": value}
    return pl.DataFrame([row])


@pytest.mark.parametrize("benefits", [("Sygedagpenge",), ("A-dagpenge", "Sygedagpenge")])
def test_the_band_covers_eight_in_ten_of_24_releases_that_were_held_out(benefits: tuple[str, ...]) -> None:
    """Also where another table of the family is revised otherwise: 2.1 % of A-dagpenge comes late, of Sygedagpenge 3.5 %."""
    found = backtest(seen(*benefits, releases=62, horizon=12), table_id=benefits[0], horizon=12)
    municipalities = found.filter(pl.col("size_class") != "country")
    assert municipalities.select("size_class", "age").rows() == [("large", 0), ("large", 1), ("small", 0), ("small", 1)]
    assert municipalities["releases"].unique().to_list() == [24]
    assert municipalities["coverage_pct"].is_between(74, 86).all(), municipalities


def test_a_settled_value_lies_above_what_is_shown_by_what_comes_late() -> None:
    """Late registrations are 3.5 % of what a month will be: of 965 shown, 1,000 are expected, from 975 to 1,025 or so."""
    [row] = settled(target("Sygedagpenge", 965), seen("Sygedagpenge", releases=40, horizon=6), horizon=6).to_dicts()
    assert row["status"] == "enough releases"
    assert row["settled"] == pytest.approx(1_000, abs=8)
    assert 965 < row["low"] < row["settled"] < row["high"] < 1_040
    assert all(float(row[name]).is_integer() for name in ("settled", "low", "high"))
    assert row["horizon"] == 6


def test_the_same_releases_give_the_same_band() -> None:
    held = seen("Sygedagpenge", releases=20, horizon=3)
    assert settled(target("Sygedagpenge", 400), held, horizon=3).equals(
        settled(target("Sygedagpenge", 400), held, horizon=3)
    )


@pytest.mark.parametrize(("releases", "status"), [(12, "too few releases"), (13, "enough releases")])
def test_nothing_is_expected_until_twelve_releases_have_been_followed(releases: int, status: str) -> None:
    held = seen("Sygedagpenge", releases=releases, horizon=1)
    [row] = settled(target("Sygedagpenge", 965), held, horizon=1).to_dicts()
    assert row["status"] == status
    assert [row[name] is None for name in ("settled", "low", "high")] == [status == "too few releases"] * 3


def test_a_young_table_gets_no_value_from_an_old_family() -> None:
    held = seen("Sygedagpenge", releases=20, horizon=3)
    [row] = settled(target("Jobafklaringsforløb", 300), held, horizon=3).to_dicts()
    assert (row["status"], row["settled"]) == ("too few releases", None)


def test_a_table_is_drawn_towards_its_family_as_far_as_it_is_uncertain() -> None:
    family = ("A-dagpenge", "Sygedagpenge", "Ledighedsydelse")
    held = seen(*family, releases=20, horizon=3, ages=(0,))
    [group] = [group for group in held if group.table_id == "Ledighedsydelse" and not group.country]
    fitted = fits(held, group)
    believed, middle = credibility(fitted.values(), own=fitted["Ledighedsydelse"])
    rates = sorted(fit.rate for fit in fitted.values())
    assert 0 < believed <= 1
    assert rates[0] < middle < rates[-1]
    assert credibility([fitted["Ledighedsydelse"]], own=fitted["Ledighedsydelse"])[0] == 1
