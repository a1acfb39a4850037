"""A file of thresholds as people write it: what is wrong is said with its line, its key and what to do."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tasks.watch.thresholds.content import ThresholdsError, ThresholdsFile, read_thresholds, thresholds_in

GOOD = """\
area: Herlev Kommune
thresholds:
  - name: A-dagpenge vokser
    growth: {benefits: [a-dagpenge], months: 3, more_than_pct: "2,5"}
  - name: Ballerups budget
    area: Ballerup
    budget: {more_than_full_time_persons: 10}
  - name: Ranglisten
    rank: {worse_than_rank: 40}
  - name: Sene tal
    lateness: {tables: [Y01A02], more_than_days: 3}
"""


def read(text: str) -> ThresholdsFile:
    return read_thresholds(text, name="limits.yml")


def test_a_file_is_read_with_names_and_numbers_as_they_are_meant() -> None:
    file = read(GOOD)
    growth, budget, rank, lateness = file.thresholds
    assert [each.kind for each in file.thresholds] == ["growth", "budget", "rank", "lateness"]
    assert [file.area_of(each) for each in file.thresholds] == ["Herlev", "Ballerup", "Herlev", "Herlev"]
    assert growth.growth is not None
    assert (growth.growth.benefits, growth.growth.more_than_pct) == (("A-dagpenge",), Decimal("2.5"))
    assert budget.budget is not None
    assert budget.budget.benefits is None
    assert rank.rank is not None
    assert rank.rank.benefit_areas == ("Ydelsesgrupper i alt",)
    assert lateness.lateness is not None
    assert lateness.lateness.tables == ("y01a02",)


WRONG = {
    "an area that is none": (
        "Herlev Kommune",
        "Herlevv",
        "line 1, area: no area is called 'Herlevv'; did you mean Herlev",
    ),
    "an unknown key": ("    rank:", "    ranking:", "line 9, thresholds.2.ranking: nobody knows this key"),
    "two kinds": (
        "    area: Ballerup",
        "    rank: {worse_than_rank: 3}",
        "line 5, thresholds.1: expected exactly one of",
    ),
    "a benefit that is none": (
        "a-dagpenge]",
        "a-dagpeng]",
        "line 4, thresholds.0.growth.benefits: no benefit is called",
    ),
    "a benefit twice": ("[a-dagpenge]", "[a-dagpenge, A-dagpenge]", "a name stands twice"),
    "two limits": (
        "{worse_than_rank: 40}",
        "{worse_than_rank: 4, more_than_places_lost: 2}",
        "found worse_than_rank and",
    ),
    "no limit": ("{more_than_full_time_persons: 10}", "{}", "found none"),
    "a rank beyond the last": ("rank: 40", "rank: 98", "line 9, thresholds.2.rank.worse_than_rank"),
    "a limit below nothing": ('"2,5"', '"-2,5"', "expected a limit of 0 or more, found -2,5"),
    "a number that could be two": ('"2,5"', "1.425", "could be 1425 or 1.4250"),
    "no months at all": ("months: 3", "months: 0", "thresholds.0.growth.months"),
    "tables that are no list": ("[Y01A02]", "y01a02", "expected a list of tables such as [y01a02]"),
    "a name twice": ("name: Ranglisten", "name: Sene tal", "another threshold is called 'Sene tal'"),
    "a key twice": ("area: Herlev Kommune", "area: Herlev\narea: Herlev", "line 2, area: the key 'area' stands twice"),
    "an anchor": ("area: Herlev Kommune", "area: &here Herlev", "line 1: an anchor"),
}


@pytest.mark.parametrize("named", WRONG)
def test_what_is_wrong_is_named_with_its_line_and_its_key(named: str) -> None:
    old, new, said = WRONG[named]
    assert GOOD.count(old) == 1
    with pytest.raises(ThresholdsError) as caught:
        read(GOOD.replace(old, new))
    assert "limits.yml, line " in str(caught.value)
    assert said in str(caught.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ThresholdsError) as caught:
        read(GOOD.replace("Herlev Kommune", "Herlevv").replace("a-dagpenge]", "dagpenge]").replace("40", "400"))
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("text", ["", "area: Herlev\n", "[]\n", "area: Herlev\nthresholds: {}\n"])
def test_a_file_that_says_too_little_is_refused(text: str) -> None:
    with pytest.raises(ThresholdsError, match=r"limits\.yml, line [12]"):
        read(text)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ThresholdsError, match=r"gone\.yml cannot be read \(No such file"):
        thresholds_in(tmp_path / "gone.yml")
    (tmp_path / "limits.yml").write_bytes(b"area: H\xf8rsholm\n")
    with pytest.raises(ThresholdsError, match="is no text in UTF-8"):
        thresholds_in(tmp_path / "limits.yml")
