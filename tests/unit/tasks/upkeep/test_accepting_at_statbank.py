"""What StatBank calls otherwise: the night stops with the command that settles it, and compare and accept do settle it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from tasks.results import Known
from tasks.sources.access import Access
from tasks.sources.statbank import fetch as statbank
from tasks.sources.statbank.snapshot import snapshot
from tasks.stoppages import Quarantined, settled_by
from tasks.upkeep.catalogue.adopting import adopt
from tasks.upkeep.catalogue.comparing import Compared, accept, compare
from tests.standin.server import running
from tests.standin.statbank import bank
from tests.standin.statbank.tables import BankTable, Variable, tables
from tests.unit.tasks.upkeep.test_accepting import quiet
from tests.unit.tasks.upkeep.test_adopting_from_statbank import of
from warehouse.errors import QuestionError

ID = "aus97"
Values = Mapping[str, str]
Variables = tuple[Variable, ...]
AREAS = {"000": "Hele landet", "084": "Region Hovedstaden", "085": "Region Sjælland", "997": "Uoplyst"}
TYPES = {"TOT": "Ledige i alt", "A": "A-dagpenge", "K": "Kontanthjælp"}
SEASON = {"9": "Faktiske tal", "10": "Sæsonkorrigeret"}
MONTHS = {"2023M08": "2023M08", "2023M09": "2023M09"}


def variables(
    *, areas: Values = AREAS, types: Values = TYPES, names: tuple[str, str] = ("OMRÅDE", "YDELSESTYPE")
) -> Variables:
    return (
        Variable(names[0], "område", areas),
        Variable(names[1], "ydelsestype", types),
        Variable("SAESONFAK", "sæsonkorrigering", SEASON, elimination=False),
        Variable("Tid", "tid", MONTHS, elimination=False, is_time=True),
    )


@dataclass
class World:
    """StatBank with one table more, whose variables a test changes; each cell has another figure, by its place."""

    has: Variables

    def tables(self, day: date, *, seed: int) -> dict[str, BankTable]:
        own = BankTable(ID.upper(), "Ledige", datetime(2023, 10, 31, 8), self.has, self.figure)  # noqa: DTZ001
        return tables(day, seed=seed) | {own.id: own}

    def figure(self, codes: Values) -> str:
        places = {code: place for each in self.has for place, code in enumerate(each.values, 1)}
        return f"{sum(10**at * places[code] for at, code in enumerate(sorted(codes.values())))}"


@dataclass
class Trial:
    """The world, and what a run may use in it."""

    world: World
    access: Access
    told: tuple[str, ...] = ()
    manifest: str = ""

    def read(self) -> pl.DataFrame:
        """The cells of a night; raises what it stops at."""
        (due,) = statbank.due(self.access, wanted=frozenset({ID}))
        if due.stoppage is not None:
            raise due.stoppage
        receipt = statbank.fetch(due, access=self.access)
        found = snapshot(self.access.archive.get_manifest(receipt.manifest), archive=self.access.archive)
        self.told, self.manifest = found.differences, receipt.manifest
        return pl.concat(cells for _, cells in found.answers())

    def publish(self) -> None:
        """Let what was read last stand as the newest vintage."""
        self.access = replace(self.access, known={ID: Known(manifest=self.manifest)})

    def compared(self) -> Compared:
        (found,) = compare(ID, access=self.access, told=quiet)
        return found

    def agrees(self) -> bool:
        """Whether neither the last night nor a comparison has a difference to tell."""
        return not self.told and not self.compared().differences

    def accept(self) -> None:
        accept(ID, reason="Danmarks Statistik skriver det nu sådan", by="en prøve", access=self.access)


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    """A table that was adopted with one breakdown."""
    world = World(variables())
    monkeypatch.setattr(bank, "tables", world.tables)
    with running(today="2023-11-05") as standin:
        access = of(standin, tmp_path)
        adopt(ID, access=access, breakdowns=["YDELSESTYPE"])
        yield Trial(world, access)


def keys(cells: pl.DataFrame) -> set[tuple[int, str]]:
    return set(cells.select("area_id", "members").iter_rows())


def respelt(values: Values, code: str, text: str) -> dict[str, str]:
    return {each: text if each == code else own for each, own in values.items()}


SETTLED: Mapping[str, tuple[Callable[[], Variables], list[str]]] = {
    "an area": (
        lambda: variables(areas=respelt(AREAS, "085", "Region Sjaelland")),
        ["the area 'Region Sjælland' of OMRÅDE is now called 'Region Sjaelland'"],
    ),
    "the country": (
        lambda: variables(areas=respelt(AREAS, "000", "Hele landet i alt")),
        ["the area 'Hele landet' of OMRÅDE is now called 'Hele landet i alt'"],
    ),
    "the variable of areas": (
        lambda: variables(names=("KOMK", "YDELSESTYPE")),
        ["the hierarchy OMRÅDE is declared, and KOMK is what holds its members"],
    ),
    "a breakdown's variable": (
        lambda: variables(names=("OMRÅDE", "YDTYPE")),
        ["the hierarchy YDELSESTYPE is declared, and YDTYPE is what holds its members"],
    ),
    "a total": (
        lambda: variables(types=respelt(TYPES, "TOT", "Samtlige")),
        ["the member 'Ledige i alt' of YDELSESTYPE is now called 'Samtlige'"],
    ),
    "an area, a variable and a total": (
        lambda: variables(
            areas=respelt(AREAS, "085", "Region Sjælland mv."),
            types=respelt(TYPES, "TOT", "I alt"),
            names=("OMRÅDE", "YDTYPE"),
        ),
        [
            "the hierarchy YDELSESTYPE is declared, and YDTYPE is what holds its members",
            "the member 'Ledige i alt' of YDTYPE is now called 'I alt'",
            "the area 'Region Sjælland' of OMRÅDE is now called 'Region Sjælland mv.'",
        ],
    ),
}


@pytest.mark.parametrize("loaded", [False, True], ids=["before its first night", "after it"])
@pytest.mark.parametrize("change", list(SETTLED))
def test_what_stops_a_night_is_told_accepted_and_read(trial: Trial, change: str, *, loaded: bool) -> None:
    changed, says = SETTLED[change]
    before = trial.read()
    if loaded:
        trial.publish()
    assert trial.compared().differences == ()
    trial.world.has = changed()
    with pytest.raises(Quarantined) as stopped:
        trial.read()
    assert str(stopped.value).endswith(settled_by(ID))
    found = trial.compared()
    assert (found.loads, [each.sentence for each in found.differences]) == ("no", says)
    trial.accept()
    assert trial.compared().differences == ()
    assert keys(trial.read()) == keys(before)
    assert trial.told == ()


QUARTERS = Variable("Tid", "tid", {"2023K2": "2023K2", "2023K3": "2023K3"}, elimination=False, is_time=True)
NEEDED = Variable("KØN", "køn", {"M": "Mænd", "K": "Kvinder"}, elimination=False)
BEYOND: Mapping[str, tuple[Callable[[], Variables], str]] = {
    "a new area": (lambda: variables(areas=respelt(AREAS, "997", "Udlandet")), "no area of that name is known"),
    "a variable that must be named": (lambda: (NEEDED, *variables()), "Accepting does not help here"),
    "quarters for months": (lambda: (*variables()[:-1], QUARTERS), "Accepting does not help here"),
    "a variable of others": (
        lambda: variables(types={"1": "Ufaglærte", "2": "Faglærte"}, names=("OMRÅDE", "UDDANNELSE")),
        "Accepting does not help here",
    ),
    "no total": (lambda: variables(types={"A": "A-dagpenge", "K": "Kontanthjælp"}), "Accepting does not help here"),
}


@pytest.mark.parametrize("change", list(BEYOND))
def test_what_no_acceptance_settles_is_told_by_night_comparison_and_acceptance(trial: Trial, change: str) -> None:
    changed, says = BEYOND[change]
    trial.world.has = changed()
    with pytest.raises(Quarantined) as stopped:
        trial.read()
    assert "Accepting does not help here" in str(stopped.value) or settled_by(ID) in str(stopped.value)
    found = trial.compared()
    assert (found.loads, found.acceptable) == ("no", [])
    assert says in found.trouble or says in found.differences[0].consequence
    with pytest.raises(QuestionError, match=says):
        trial.accept()


def test_a_member_that_was_there_all_along_is_not_another_ones_new_name(trial: Trial) -> None:
    trial.world.has = variables(types=TYPES | {"S": "Sygedagpenge mv."})
    (trial.access.settings.catalogue_folder / f"{ID}.yml").unlink()
    adopt(ID, access=trial.access, breakdowns=["YDELSESTYPE"])
    trial.world.has = variables(types=TYPES | {"S": "Sygedagpenge mv.", "F": "Feriedagpenge"})
    trial.read()
    trial.publish()
    trial.world.has = variables(types=TYPES | {"F": "Feriedagpenge"})
    told = {each.sentence for each in trial.compared().differences}
    assert told == {
        "the member 'Sygedagpenge mv.' of YDELSESTYPE is declared, and no longer offered",
        "the member 'Feriedagpenge' of YDELSESTYPE is new, and not declared",
    }
    trial.world.has = variables(types=TYPES | {"F": "Feriedagpenge", "9": "Sygedagpenge"})
    assert "the member 'Sygedagpenge mv.' of YDELSESTYPE is now called 'Sygedagpenge'" in {
        each.sentence for each in trial.compared().differences
    }


def test_what_was_not_offered_on_the_first_night_is_settled_after_it(trial: Trial) -> None:
    trial.world.has = variables(types={"TOT": "Ledige i alt", "A": "A-dagpenge"})
    before = trial.read()
    trial.publish()
    assert trial.told == ("member 'Kontanthjælp' of YDELSESTYPE is declared but not offered",)
    found = trial.compared()
    assert found.loads == "in part"
    assert [(each.kind, each.name) for each in found.differences] == [("ended", "Kontanthjælp")]
    assert found.loads_in_words == "loads without what is not offered"
    trial.accept()
    assert keys(trial.read()) == keys(before)
    assert trial.agrees()


def test_a_new_member_of_a_table_that_was_adopted_is_told_and_is_loaded_once_accepted(trial: Trial) -> None:
    trial.read()
    trial.publish()
    trial.world.has = variables(types=TYPES | {"F": "Feriedagpenge"})
    before = trial.read()
    assert trial.told == (f"member 'Feriedagpenge' of YDELSESTYPE is offered and not declared: {settled_by(ID)}",)
    trial.publish()
    found = trial.compared()
    assert found.loads == "in part"
    assert [each.sentence for each in found.differences] == [
        "the member 'Feriedagpenge' of YDELSESTYPE is new, and not declared"
    ]
    assert found.loads_in_words == "loads without what is not declared"
    trial.accept()
    new = {members for _, members in keys(trial.read()) - keys(before)}
    assert len(new) == 2
    assert all("Feriedagpenge" in members for members in new)
    assert trial.agrees()
