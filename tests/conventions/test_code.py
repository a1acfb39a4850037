"""How the code is written: what the import contracts, ruff and mypy do not hold."""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.conventions.sources import FLOORS, ROOT, everything, imported, named, parsed, production

LONGEST_MODULE, LONG_MODULE = 300, 250
# 26,500 lines in 205 modules, which the whole is to stay near, are 129 each.
MEDIAN_MODULE = 135
DRAWERS = {"utils", "util", "helpers", "common", "base", "manager", "misc"}
Public = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def offenders(found: Callable[[Path], Iterable[object]], *, among: Iterable[Path]) -> dict[str, list[object]]:
    """What was found, by file; empty where the convention is kept."""
    return {named(path): kept for path in among if (kept := list(found(path)))}


def test_there_is_something_to_hold_the_conventions_against() -> None:
    assert len(production()) > 30
    assert {named(path).split("/")[0] for path in production()} == set(FLOORS)
    assert len(everything()) > 2 * len(production())


def test_imports_are_absolute_and_never_of_tests() -> None:
    def wrong(path: Path) -> list[str]:
        return [name for name in imported(path) if name.startswith((".", "tests"))]

    assert offenders(wrong, among=production()) == {}


def test_nothing_is_asserted_in_production() -> None:
    def asserted(path: Path) -> list[int]:
        return [node.lineno for node in ast.walk(parsed(path)) if isinstance(node, ast.Assert)]

    assert offenders(asserted, among=production()) == {}


def test_nothing_is_printed_but_by_the_command_line_to_standard_error() -> None:
    def printed(path: Path) -> Iterator[str]:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                call = ast.unparse(node)
                if named(path) != "flows/command_line/main.py" or "file=sys.stderr" not in call:
                    yield call

    assert offenders(printed, among=production()) == {}


def public(path: Path) -> Iterator[Public]:
    """Public functions and classes of a module, and the public methods of its public classes."""
    for node in parsed(path).body:
        if isinstance(node, Public) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
                yield from (method for method in methods if not method.name.startswith("_"))


def test_modules_say_where_on_the_road_they_stand() -> None:
    def silent(path: Path) -> list[str]:
        empty = path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip()
        return [] if empty or ast.get_docstring(parsed(path)) else ["no docstring"]

    assert offenders(silent, among=production()) == {}


def test_all_that_is_public_says_what_it_is_in_a_sentence() -> None:
    def silent(path: Path) -> Iterator[str]:
        for node in public(path):
            first = (ast.get_docstring(node) or "").split("\n\n")[0].rstrip()
            if not first.endswith((".", "!", "?", ":", ")")):
                yield node.name

    assert offenders(silent, among=production()) == {}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_long_and_most_are_short() -> None:
    assert offenders(lambda path: [lines(path)] * (lines(path) > LONGEST_MODULE), among=production()) == {}
    assert sum(lines(path) > LONG_MODULE for path in production()) <= len(production()) // 10
    assert statistics.median(map(lines, production())) <= MEDIAN_MODULE


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert [named(path) for path in production() if path.stem in DRAWERS] == []


def test_no_module_reads_a_clock_but_the_clock() -> None:
    def clocks(path: Path) -> list[str]:
        return re.findall(
            r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time)\(", path.read_text(encoding="utf-8")
        )

    assert offenders(clocks, among=production()).keys() <= {"warehouse/danish/clock.py"}


LONG_STATEMENT = 12
SQL = re.compile(r"\s*(?:--.*\s+)*(?:with|select|insert|update|delete|create)\b")


def test_long_statements_stand_in_files_of_their_own() -> None:
    def statements(path: Path) -> Iterator[int]:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Constant | ast.JoinedStr) and (node.end_lineno or 0) - node.lineno > LONG_STATEMENT:
                said = node.values[0] if isinstance(node, ast.JoinedStr) else node
                if isinstance(said, ast.Constant) and SQL.match(str(said.value)):
                    yield node.lineno

    assert offenders(statements, among=production()) == {}


# ---- flows --------------------------------------------------------------------------------------------------


FLOWS = sorted((ROOT / "flows").rglob("*.py"))


def test_the_package_of_flows_is_empty() -> None:
    assert (ROOT / "flows" / "__init__.py").read_text(encoding="utf-8") == ""


def test_no_file_in_flows_hides_a_module_of_the_same_name() -> None:
    taken = {*sys.stdlib_module_names, *packages_distributions(), *FLOORS, "tests"}
    assert [named(path) for path in FLOWS if path.stem in taken and path.name != "__init__.py"] == []


def test_flow_files_hold_no_classes() -> None:
    def classes(path: Path) -> list[str]:
        return [node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]

    assert offenders(classes, among=FLOWS) == {}


def test_a_flow_fits_one_screen_and_asks_nothing_about_data() -> None:
    flows = [ROOT / "flows" / name for name in ("nightly.py", "backfill.py", "briefings.py", "replay.py", "release.py")]
    for node in [node for path in flows for node in parsed(path).body]:
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40
            steps = [part for statement in node.body for part in ast.walk(statement)]
            assert not [step for step in steps if isinstance(step, ast.If | ast.BinOp | ast.Compare)]


# ---- what may stand in no file ------------------------------------------------------------------------------


MACHINE = re.compile(r"(?<![\w.])/" + r"(?:work|root|home)/(?=[\w.])")
REGISTRY = re.compile("|".join((r"pypi\.org", r"pythonhosted\.org", r"conda\.anaconda", r"index-url[\s=]+http")))
TOKEN = re.compile(r"(?i)(?:api[_-]?token|bearer|password)[\"']?\s*[=: ]\s*[\"']?([A-Za-z0-9_\-]{16,})")
INVENTED = ("standin", "secret", "s3cret", "token", "test", "your", "example")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_no_file_knows_a_machine() -> None:
    assert offenders(lambda path: MACHINE.findall(text_of(path)), among=everything()) == {}


def test_no_file_names_a_package_registry() -> None:
    others = [path for path in everything() if path != Path(__file__)]
    assert offenders(lambda path: REGISTRY.findall(text_of(path)), among=others) == {}


def test_no_file_holds_a_token() -> None:
    def real(path: Path) -> list[str]:
        return [text for text in TOKEN.findall(text_of(path)) if not any(word in text.lower() for word in INVENTED)]

    assert offenders(real, among=everything()) == {}


def test_the_token_would_be_found() -> None:
    name = "JOBINDSATS_API" + "_TOKEN"
    assert TOKEN.findall(f"{name}=4f9d8a7b6c5e4d3f2a1b") == ["4f9d8a7b6c5e4d3f2a1b"]
    assert MACHINE.search("open('/" + "home/somebody/x')")


# ---- the lock -----------------------------------------------------------------------------------------------


LOCKS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("requirements*.lock")))


def locked() -> list[str]:
    """The packages of the locks, each with what belongs to it on one line."""
    lines = LOCKS.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_every_locked_package_has_a_version_and_a_hash() -> None:
    assert len(locked()) > 100
    assert [line for line in locked() if not re.match(r"[A-Za-z0-9._-]+(\[[\w,]+\])?==\S+ ", line)] == []
    assert [line for line in locked() if not re.search(r"--hash=sha256:[0-9a-f]{64}", line)] == []


def test_the_lock_names_no_place() -> None:
    assert "://" not in LOCKS
    assert "file:" not in LOCKS
    assert "index-url" not in LOCKS


def test_two_locks_ask_for_the_same_version_of_a_package() -> None:
    pinned = {re.sub(r"\s*--hash.*", "", line) for line in locked()}
    names = [re.sub(r"==\S+", "", pin) for pin in pinned]  # with the Python it is for, where that is told
    assert sorted(names) == sorted(set(names))


def test_every_dependency_is_locked() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {re.split(r"[\[=<>!~;\s]", line, maxsplit=1)[0].lower().replace("_", "-") for line in locked()}
    assert {re.split(r"[\[=<>!~;\s]", want, maxsplit=1)[0].lower().replace("_", "-") for want in wanted} <= names
