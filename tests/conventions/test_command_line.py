"""The command line: every command documented, with help, quick to answer, and light to import."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pytest
from cyclopts import App
from sqlalchemy import URL

from flows.command_line import main
from flows.command_line.main import app
from tests.conventions.sources import ROOT, imported

JOBINDSATS = str(Path(sys.executable).with_name("jobindsats"))
HEAVY = ("prefect", "polars", "sqlalchemy", "great_expectations", "pydantic")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(of: App, *, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    """Every command that does something, by its words."""
    for name in of:
        if not name.startswith("-"):
            words, command = (*before, name), of[name]
            if command.default_command is not None:
                yield words, command
            yield from commands(command, before=words)


COMMANDS = list(commands(app))
MODULES = tuple(sorted({path.partition(":")[0] for path in main.COMMANDS}))


def words_of(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else "app"


def test_the_commands_of_a_night_are_there() -> None:
    found = {" ".join(words) for words, _ in COMMANDS}
    upkeep = {f"warehouse {name}" for name in ("url", "up", "down", "migrate", "reader")}
    stopped = {"quarantine", "quarantine show", "quarantine release"}
    kept = {"dictionary", "export"}
    assert {"nightly", "status", "show", "revisions", "doctor"} | upkeep | stopped | kept <= found


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=words_of)
def test_every_command_stands_in_the_readme(words: tuple[str, ...], command: App) -> None:
    assert re.search(rf"jobindsats {re.escape(' '.join(words))}\b", README)


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=words_of)
def test_every_command_says_what_it_does(words: tuple[str, ...], command: App) -> None:
    assert command.help.strip().endswith(".")


@pytest.mark.parametrize(("path", "sentence"), main.COMMANDS.items())
def test_every_command_is_found_by_its_path_and_says_what_help_says_of_it(path: str, sentence: str) -> None:
    module, _, name = path.partition(":")
    command = getattr(import_module(module), name)
    assert callable(command)
    own = command.help if isinstance(command, App) else (getdoc(command) or "").split("\n")[0]
    assert own == sentence


def test_no_module_of_the_command_line_imports_main() -> None:
    modules = sorted((ROOT / "flows" / "command_line").glob("*.py"))
    assert [
        path.name for path in modules if {"flows.command_line", "flows.command_line.main"} & {*imported(path)}
    ] == []


def test_every_command_the_readme_speaks_of_exists() -> None:
    shown = set(re.findall(r"jobindsats ((?:warehouse|quarantine|catalogue) [a-z]+|[a-z]+)", README))
    assert shown <= {" ".join(words) for words, _ in COMMANDS} | {"warehouse"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(("words", "command"), COMMANDS[:1] + COMMANDS[-1:], ids=words_of)
def test_help_is_printed_and_all_is_well(words: tuple[str, ...], command: App) -> None:
    ended = run(JOBINDSATS, *words, "--help")
    assert ended.returncode == 0
    assert words[-1] in ended.stdout
    assert ended.stderr == ""


def test_help_answers_in_under_half_a_second() -> None:
    """By the processor's clock, which other work on the machine does not slow down; nothing here waits."""
    times = []
    for _ in range(5):
        begun = getrusage(RUSAGE_CHILDREN)
        assert run(JOBINDSATS, "--help").returncode == 0
        ended = getrusage(RUSAGE_CHILDREN)
        times.append(ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime)
    assert min(times) < 0.5, times


COMPLETED = """
. "$HOME/.bashrc"
function=$(complete -p jobindsats | sed 's/.*-F \\([^ ]*\\).*/\\1/')
for line in "$@"; do
  read -ra COMP_WORDS <<< "$line"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
  "$function"; echo "${COMPREPLY[*]}"
done
"""


def test_bash_completes_commands_and_options_once_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    installed = run(JOBINDSATS, "--install-completion", "--shell", "bash")
    assert (installed.returncode, installed.stderr) == (0, "")
    typed = ("jobindsats nightl", "jobindsats quarantine rel", "jobindsats show --ar")
    ended = run("bash", "--norc", "--noprofile", "-c", COMPLETED, "bash", *typed)
    assert (ended.stderr, ended.stdout.split()) == ("", ["nightly", "release", "--area"])


@pytest.mark.parametrize("wrong", [["nightlyy"], ["show"], ["nightly", "--tabel", "y25i01"], ["show", "y25i01"]])
def test_wrong_use_is_told_from_failure(wrong: list[str]) -> None:
    assert run(JOBINDSATS, *wrong).returncode == 2


def brought(module: str, *, among: tuple[str, ...]) -> list[str]:
    """Which heavy libraries an import brings along, in a process of its own."""
    code = f"import sys, {module}; print(*(name for name in {among!r} if name in sys.modules))"
    ended = run(sys.executable, "-c", code)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def test_the_command_line_brings_no_heavy_library() -> None:
    assert brought("flows.command_line.main", among=HEAVY) == []


def test_no_command_is_loaded_before_it_is_called() -> None:
    assert brought("flows.command_line.main", among=MODULES) == []


def test_a_command_brings_no_heavy_library_before_it_runs() -> None:
    assert brought(", ".join(MODULES), among=HEAVY) == []


NEVER_TO_READ = (
    "aiohttp", "alembic", "altair", "boto3", "dask", "fastapi", "fsspec", "great_expectations", "jinja2", "numpy", "openpyxl",
    "pandas", "pdfplumber", "prefect", "pydantic_settings", "requests", "s3fs", "scipy", "sqlalchemy.orm", "tasks.sources",
    "urllib3", "warehouse.marts", "xlsxwriter",
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told", "not_needed"),
    [
        ("status", "the warehouse is empty", ("polars",)),
        ("show y25i01 --area Herlev", "nothing of y25i01 has been published", ("polars",)),
        ("figure savings --area Herlev", "the warehouse is empty", ()),
    ],
)
def test_a_command_that_reads_loads_only_what_it_reads_with(
    words: str, told: str, not_needed: tuple[str, ...], database: URL
) -> None:
    code = (
        "import sys; from flows.command_line.main import run; run(sys.argv[2:]); "
        "print(*(name for name in sys.argv[1].split() if name in sys.modules))"
    )
    address = database.render_as_string(hide_password=False)
    ended = subprocess.run(
        [sys.executable, "-c", code, " ".join((*NEVER_TO_READ, *not_needed)), *words.split()],
        env=os.environ | {"JOBINDSATS_WAREHOUSE_URL": address},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert (told in ended.stderr, ended.stdout.split()) == (True, [])


def test_the_night_brings_great_expectations_only_when_there_is_something_to_audit() -> None:
    assert brought("flows.nightly", among=("great_expectations",)) == []
