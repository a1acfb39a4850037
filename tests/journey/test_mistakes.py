"""Mistakes typed at the command line: each ends with status 2 and the next step, and starts no server."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.runs.progress import telling
from tests.command_lines import answers
from tests.conftest import Database, Stage
from tests.scene import Scene

pytestmark = pytest.mark.slow

# The command line, and what its sentence must name: the next step.
HELD = [
    ("show y01a02 --area Herlev --period 2030M01", "2023M10"),
    ("show y01a02 --area Herlev --period 2030-01:2030-06", "2023M10"),
    ("show y01a02 --area Herlev --period 'maj 2030'", "2023M10"),
    ("show y01a02 --area Herlev --period 2030M01 --json", "2023M10"),
    ("show y30r21 --area Herlev --period 2023M10", "2023QMAT04"),
    ("show y01a02 --area Herlev --period 2023", "2023M01:2023M12"),
    ("show y01a02 --area Herlev --period 'tredje kvartal'", "2026M07"),
    ("show y01a02 --area Herlev --period 2023M13", "12"),
    ("show y01a02 --area Herlev --period 2023M10:2023M01", "earlier period first"),
    ("show y01a02 --area Herlv", "did you mean Herlev"),
    ("show y01a03 --area Herlev", "y01a02"),
    ("show sygedagpenge --area Herlev", "y07a02 (Antal personer"),
    ("show sygedapenge --area Herlev", "y07a02 (Antal personer"),
    ("show sygedagpenge", "y07a02 (Antal personer"),
    ("show y12g01", "`jobindsats tables y12g01`"),
    ("show y12g01 --area Herlev", "`jobindsats adopt ID`"),
    ("show folk99z --area Herlev", "`jobindsats tables folk99z`"),
    ("settled sygedagpenge", "y07a02 (Antal personer"),
    ("catalogue compare sygedagpenge", "y07a02 (Antal personer"),
    ("catalogue accept sygedagpenge --reason 'a reason'", "y07a02 (Antal personer"),
    ("totals --area Herlev --period 2030M01", "to 2023M10"),
    ("totals --area Herlev --period 2030M01 --together --json", "to 2023M10"),
    ("totals --area Herlev --as-of 2020-01-01", "2023-11-05"),
    ("totals --area Herlev --together", "--period 2023M01:2023M12"),
    ("totals --area Herlev --area 'Hele landet' --together --period 2023", "municipalities"),
    ("totals --area Herlv", "did you mean Herlev"),
    ("settled y01a02 --area Herlev --period 2030M01", "young periods"),
    ("lineage --to x --table y07a02", "jobindsats nightly --table y07a02"),
    ("revisions y01a03", "y01a02"),
    ("export --to x --table y01a03", "y01a02"),
    ("export --to x --table y07a02", "jobindsats nightly --table y07a02"),
    ("show y01a02 --area Herlev --measure persoms", "persons"),
    ("show y01a02 --area Herlev --where Ydelse", "LABEL=VALUE"),
    ("show y01a02 --area Herlev --as-of 2020-01-01", "2023-11-05"),
    ("show y01a02 --area Herlev --as-of yesterday", "2026-08-10"),
    ("show y01a02 --area Herlev --as-of 2023-12-05 04:15", "'2023-12-05 04:15'"),
    ("show y01a02 --area Region Hovedstaden", "'Region Hovedstaden'"),
    ("show y01a02", "--area Herlev"),
    ("show y01a02 --area Herlev --last 0", "--last 12"),
    ("show y01a02 --area Herlev --area Herlv", "did you mean Herlev"),
    ("show y01a02 --area Herlev --perod 2023M10", "jobindsats show --help"),
    ("show y07a02 --area Herlev", "jobindsats nightly --table y07a02"),
    ("shw y01a02 --area Herlev", "jobindsats --help"),
    ("figure savings --area Herlev --period 2023M10", "2023QMAT02"),
    ("figure savings --area Herlev --period 2030QMAT02", "2023QMAT02"),
    ("figure savings --area Herlev --period 'oktober 2023' --json", "2023QMAT02"),
    ("figure saving --area Herlev", "savings"),
    ("figure saving", "savings"),
    ("explain saving --period 2023QMAT02", "savings"),
    ("figure savings --area Herlev --item Pension", "A-dagpenge"),
    ("figure savings --area Herlev --as-of 2020-01-01", "2023-11-05"),
    ("figure public_support_share --area Herlev", "jobindsats nightly --table auk01"),
    ("explain savings --area Herlev --period 2030QMAT02", "2023QMAT02"),
    ("explain savings --area Herlev", "jobindsats explain --help"),
    ("revisions y07a02", "jobindsats nightly --table y07a02"),
    ("revisions y01a02 --since soon", "2026-08-10"),
    ("briefing --area Herlev --out x.doc", "x.html"),
    ("briefing --area Herlev --out x.odt", "x.html"),
    ("briefing --area Herlev --out herlev", "herlev.html"),
    ("briefing --all --out x.html", "folder"),
    ("briefing --out x.html", "--area"),
    ("briefing --area Herlev --out nowhere/x.html", "nowhere"),
    ("export --to x.xlsx", "--format xlsx"),
    ("export --to x --mart savngs", "savings"),
    ("export --to others", "empty folder"),
    ("export --to x --format pdf", "jobindsats export --help"),
    ("export --to x --area Herlv", "did you mean Herlev"),
    ("export --to x --area Herlev --period 2030", "ask for more"),
    ("export --to x --mart savings --benefit Sygedagpenge", "benefit_recipients"),
    ("export --to x --workbook", "JOBINDSATS_MUNICIPALITY"),
    ("export --to x --workbook --area 'Hele landet'", "no municipality"),
    ("export --to x --workbook --format csv --area Herlev", "--workbook is Excel's"),
    ("export --to x --charts --area Herlev --table y01a02", "leave --mart, --table and --benefit out"),
    ("export --to x --workbook --area Herlev --period 2030", "ask for another period"),
    ("dictionary --format xlsx", "--out dataordbog.xlsx"),
    ("dictionary --out x.pdf", "x.md"),
    ("dictionary --format xlsx --out x.md", "x.xlsx"),
    ("dictionary --out nowhere/x.md", "nowhere/x.md"),
    ("dictionary --format xlsx --out nowhere/x.xlsx", "nowhere/x.xlsx"),
    ("dictionary --format dcat --publisher Herlev --out nowhere/x.jsonld", "nowhere/x.jsonld"),
    ("status --prometheus --out nowhere/x.prom", "nowhere/x.prom"),
    ("claims nowhere.yml", "nowhere.yml"),
    ("claims others/letter.pdf", "YAML"),
    ("quarantine show 999", "jobindsats quarantine"),
    ("quarantine release 999 --reason 'it is right'", "jobindsats quarantine"),
    ("quarantine --table y01a03", "y01a02"),
    ("nightly --table y01a03", "y01a02"),
    ("nightly --table folk1a", "docs/sources/statbank.md"),
    ("nightly --table local_survey", "docs/sources/local_files.md"),
    ("backfill", "--from"),
    ("backfill --from 2019M13 --to 2023", "2019M13"),
    ("backfill --from 2023 --to 2019", "earlier period first"),
    ("backfill --from 2019 --to 2020 --table y01a03", "jobindsats status --long"),
    ("backfill --from 2019 --to 2020 --table ranking_all", "a night reads"),
    ("backfill --resume 999", "--from"),
    ("backfill --from 2019 --to 2020 --workers 0", "at least one"),
    ("backfill --plan --from 2019", "--to"),
    ("replay --warehouse nowhere", "postgresql://"),
    ("serve --port 99999", "65535"),
]
EMPTY = [
    "status",
    "show y01a02 --area Herlev",
    "figure savings --area Herlev",
    "figure total_recipients --area Herlev --json",
    "explain savings --area Herlev --period 2023QMAT02",
    "revisions y01a02",
    "briefing --area Herlev --out x.html",
    "briefing --all --out x",
    "export --to x",
    "totals --area Herlev",
    "totals --area Herlev --period 2023M10 --together --json",
    "settled y01a02 --area Herlev",
]
READING = [
    *EMPTY,
    "status --json",
    "quarantine",
    "quarantine show 1",
    "claims claims.yml",
    "lineage --to x",
    "backfill --plan --from 2023M01 --to 2023M02",
    "warehouse redate --reason 'the clock was wrong'",
    "replay --verify",
    "backfill --resume 1",
    "warehouse url",
    "warehouse reader",
    "warehouse limits",
    "warehouse down",
]
CLAIMS = (Path(__file__).parents[2] / "docs" / "examples" / "claims" / "five-papers.yml").read_text(encoding="utf-8")


def asked(lines: list[str], *, folder: Path, **settings: str) -> dict[str, dict[str, Any]]:
    """What becomes of each command line in a process with these settings and no server of Prefect's."""
    (folder / "others").mkdir(exist_ok=True)
    (folder / "others" / "letter.pdf").write_bytes(b"%PDF-1.7 \xe6\xf8\xe5")
    (folder / "claims.yml").write_text(CLAIMS, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "JOBINDSATS_"))}
    environment = kept | {f"JOBINDSATS_{name.upper()}": value for name, value in settings.items()}
    found = answers([shlex.split(line) for line in lines], environment=environment, folder=folder)
    return dict(zip(lines, found, strict=True))


def require_plain(line: str, ended: dict[str, Any], *, next_step: str) -> None:
    """Wrong use, told in a sentence with the next step on standard error; no server, no traceback, nothing else printed."""
    said = " ".join(ended["told"].split())
    assert (ended["status"], ended["servers"], ended["printed"]) == (2, 0, ""), (line, ended)
    assert next_step in said, (line, said)
    assert "Traceback" not in said
    assert "Errno" not in said


@pytest.fixture(scope="module")
def two_nights(stage: Stage) -> Iterator[Scene]:
    """A warehouse with two nights of two tables."""
    with stage(today="2023-11-05", scale="small") as scene:
        for day in ("2023-11-05", "2023-12-05"):
            assert scene.night(day, tables=["y01a02", "y30r21"]).outcome == "completed"
        yield scene


@pytest.fixture(scope="module")
def mistaken(two_nights: Scene) -> dict[str, dict[str, Any]]:
    """What becomes of each mistake in a warehouse that holds something."""
    address = two_nights.database.render_as_string(hide_password=False)
    lines = [line for line, _ in HELD]
    return asked(lines, folder=two_nights.folder, warehouse_url=address, data_dir=str(two_nights.folder / "data"))


@pytest.mark.parametrize(("line", "next_step"), HELD)
def test_a_mistake_is_told_with_the_next_step(mistaken: dict[str, dict[str, Any]], line: str, next_step: str) -> None:
    require_plain(line, mistaken[line], next_step=next_step)


def test_no_mistake_leaves_a_file(two_nights: Scene, mistaken: dict[str, dict[str, Any]]) -> None:
    assert mistaken
    assert {path.name for path in two_nights.folder.iterdir()} == {"data", "others", "claims.yml"}


def printed(scene: Scene, line: str) -> str:
    """What a command line prints that is well."""
    address = scene.database.render_as_string(hide_password=False)
    [ended] = asked([line], folder=scene.folder, warehouse_url=address, data_dir=str(scene.folder / "data")).values()
    assert ended["status"] == 0, ended
    return str(ended["printed"])


def test_the_seen_that_is_shown_gives_that_vintage(two_nights: Scene) -> None:
    first = printed(two_nights, "show y01a02 --area Herlev --period 'september 2023' --as-of 2023-11-06")
    [seen] = set(re.findall(r"(\d{4}-\d\d-\d\d \d\d:\d\d)$", first, re.MULTILINE))
    assert printed(two_nights, f"show y01a02 --area Herlev --period 2023-09 --as-of '{seen}'") == first
    assert printed(two_nights, "show y01a02 --area Herlev --period 2023M09") != first


def test_a_night_tells_of_each_table(stage: Stage) -> None:
    told: list[tuple[str, int, int]] = []
    with stage(today="2023-11-05", scale="small") as scene, telling(lambda *progress: told.append(progress)):
        scene.night(tables=["y10a02", "y30r21"])
    assert told == [("y10a02", 0, 2), ("y30r21", 1, 2)]


def test_status_leads_with_what_is_late_and_long_has_all(two_nights: Scene) -> None:
    short, long = printed(two_nights, "status"), printed(two_nights, "status --long")
    assert short.startswith("Late")
    assert "y07a02" not in short
    assert {"y01a02", "y30r21"} <= set(short.split())
    assert {"y01a02", "y30r21", "y07a02"} <= set(long.split())


def test_an_empty_warehouse_sends_to_the_first_night(template: Any, tmp_path: Path) -> None:
    address = template.render_as_string(hide_password=False)
    for line, ended in asked(EMPTY, folder=tmp_path, warehouse_url=address, data_dir=str(tmp_path / "data")).items():
        require_plain(line, ended, next_step="jobindsats nightly")


def test_a_database_of_something_else_is_left_as_it_is(empty_database: Database, tmp_path: Path) -> None:
    with empty_database() as url:
        address = url.render_as_string(hide_password=False)
        for _ in range(2):  # had the first made a schema, the second would find one
            for line, ended in asked(EMPTY, folder=tmp_path, warehouse_url=address).items():
                require_plain(line, ended, next_step="jobindsats warehouse migrate")


def test_a_misspelt_data_folder_is_not_made_by_reading(tmp_path: Path) -> None:
    for line, ended in asked(READING, folder=tmp_path, data_dir=str(tmp_path / "dta")).items():
        require_plain(line, ended, next_step="JOBINDSATS_DATA_DIR")
    assert not (tmp_path / "dta").exists()


def test_a_misspelt_setting_is_named(tmp_path: Path) -> None:
    [ended] = asked(["status"], folder=tmp_path, data_dr="data").values()
    require_plain("status", ended, next_step="JOBINDSATS_DATA_DIR")


def test_the_doctor_starts_no_server_in_a_misspelt_folder(tmp_path: Path) -> None:
    [ended] = asked(["doctor"], folder=tmp_path, data_dir=str(tmp_path / "dta")).values()
    assert "JOBINDSATS_DATA_DIR" in ended["printed"]
    assert not (tmp_path / "dta").exists()
