"""Known errors of the publisher as they are written: what is wrong with an entry is said with its id."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from expectations.checks import Audited
from expectations.known_deviations import DeviationError, read_deviations, shipped
from expectations.suite import suite_for
from tests.conventions.sources import ROOT
from warehouse.catalogue.model import jobindsats
from warehouse.periods import Period

ENTRY: dict[str, Any] = {
    "id": "herlev_2024m03",
    "table": "y07a02",
    "rule": "large_counts_are_shown",
    "where": {"period": "2024M03", "area": "Herlev", "measure": "persons", "earlier": 400},
    "reason": "hidden for one month",
    "since": "2024-05-20",
    "source": "a letter",
}


def read(*entries: object) -> Any:
    # Copied, since YAML writes an object that it meets twice as an anchor.
    return read_deviations(
        yaml.safe_dump([deepcopy(entry) for entry in entries], allow_unicode=True), catalogue=jobindsats()
    )


def test_an_entry_is_read() -> None:
    (deviation,) = read(ENTRY | {"table": "Y07A02"})
    assert (deviation.id, deviation.table, deviation.period) == ("herlev_2024m03", "y07a02", Period.parse("2024M03"))
    assert deviation.where["earlier"] == 400


def test_an_empty_list_is_well_and_an_empty_file_is_not() -> None:
    assert read() == ()
    with pytest.raises(DeviationError, match="a list of entries"):
        read_deviations("# nothing", catalogue=jobindsats())
    with pytest.raises(DeviationError, match="cannot be read"):
        read_deviations("[", catalogue=jobindsats())


@pytest.mark.parametrize(
    ("changed", "culprit"),
    [
        ({"table": "y99z99"}, "table 'y99z99' is not in the catalogue"),
        ({"becuase": "a slip"}, "becuase: Extra inputs"),
        ({"since": "soon"}, "since: "),
        ({"reason": "  "}, "reason: "),
        ({"where": {}}, "where: "),
        ({"where": {"period": "2024Q01"}}, "y07a02 has periods of kind M; 2024Q01 is not one"),
        ({"where": {"period": "2024m03"}}, "is written 2024M03"),
        ({"where": {"period": "March"}}, "'March' is not a period"),
        ({"where": {"area": "Herlew"}}, "no area is called 'Herlew'"),
        ({"where": {"measure": "people"}}, "y07a02 has no measure called 'people'"),
        ({"where": {"area": 163}}, "where.area: 163"),
        ({"where": {"value": "three"}}, "where.value: 'three' cannot be compared with a value"),
        ({"where": {"members": {"Køn": "Mænd"}}}, "y07a02 has no 'Mænd' in 'Køn'"),
    ],
)
def test_what_is_wrong_is_said_with_the_entrys_id(changed: dict[str, Any], culprit: str) -> None:
    with pytest.raises(DeviationError, match=f"the entry 'herlev_2024m03': .*{culprit}"):
        read(ENTRY | changed)


def test_a_missing_key_an_entry_without_an_id_and_an_id_given_twice_are_named() -> None:
    with pytest.raises(DeviationError, match="'herlev_2024m03': source: Field required"):
        read({key: value for key, value in ENTRY.items() if key != "source"})
    with pytest.raises(DeviationError, match="'number 2': id: Field required"):
        read(ENTRY, {key: value for key, value in ENTRY.items() if key != "id"})
    with pytest.raises(DeviationError, match="'number 1'"):
        read("herlev")
    with pytest.raises(DeviationError, match="'herlev_2024m03': there is another"):
        read(ENTRY, ENTRY)


def test_the_entries_that_are_shipped_fit_their_tables_and_rules() -> None:
    for deviation in shipped():
        table = jobindsats().table(deviation.table)
        assert suite_for(Audited(table, 1, "load", (), deviation.since, shipped()))


def test_the_entry_that_the_file_shows_is_one() -> None:
    written = (ROOT / "expectations" / "known_deviations.yml").read_text(encoding="utf-8")
    lines = [line.removeprefix("#") for line in written.splitlines() if line.startswith("#   ")]
    (shown,) = read_deviations("\n".join(lines), catalogue=jobindsats())
    assert suite_for(Audited(jobindsats().table(shown.table), 1, "load", (), shown.since, (shown,)))
