"""What an outsider wrote (a claim, a label, a file's name) is shown by a terminal and never steers it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from flows.command_line.main import run
from flows.printing import _plain, console, grid, number, print_highlights, print_report, tell

STEERS = "\x1b]0;title\x07\x1b[31mred\x9b2J\rover\x08\u202egnorw"
SHOWN = "\ufffd]0;title\ufffd\ufffd[31mred\ufffd2J\ufffdover\ufffd\ufffdgnorw"


def steering(text: str) -> list[str]:
    return [
        sign for sign in text if (sign < " " and sign != "\n") or "\x7f" <= sign <= "\x9f" or sign in "\u202e\u2066"
    ]


def test_signs_that_steer_a_terminal_are_shown_as_unknown_ones(capsys: pytest.CaptureFixture[str]) -> None:
    lines = grid("label", ">number")
    lines.add_row(STEERS, Text(STEERS, "bold red"))
    terminal = console()
    for each in (STEERS, Text(STEERS, "bold"), Padding(Text(STEERS), (0, 2)), lines):
        terminal.print(each)
    console(of_errors=True).print(Text(STEERS))
    tell(STEERS)
    printed = capsys.readouterr()
    assert steering(printed.out + printed.err) == []
    assert printed.out.count("31mred") == 5
    assert SHOWN in printed.err


@pytest.mark.parametrize("text", ["[red]label[/red]", "[/]", "hierarchy ['_nykom']", "[link=x]y", "a :smile: b"])
def test_brackets_are_shown_as_they_are(capsys: pytest.CaptureFixture[str], text: str) -> None:
    lines = grid("label")
    lines.add_row(text)
    console().print(lines)
    console().print(text)
    print_highlights({text: [text]})
    row = dict.fromkeys(("new", "revised", "withdrawn", "unchanged"), 0)
    print_report(1, "failed", [row | {"table": "y01a02", "outcome": "failed", "newest_period": None, "message": text}])
    assert capsys.readouterr().out.count(text) == 5


@given(st.text(max_size=40))
def test_no_text_steers(text: str) -> None:
    terminal = console()
    with terminal.capture() as captured:
        terminal.print(Text(text))
    assert steering(captured.get()) == []


@pytest.mark.parametrize(
    "words", [["figure", STEERS, "--area", "Herlev"], [STEERS], ["figure", f"--{STEERS}"], ["replay", "--help", STEERS]]
)
def test_a_wrong_name_on_the_command_line_is_repeated_plainly(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run(words) == (0 if "--help" in words else 2)
    assert steering(capsys.readouterr().err) == []


WORDS = st.integers(1, 30).map(lambda length: "fuldtidspersoner-i-jobcentrene"[-length:])
CELLS = st.lists(WORDS, max_size=4).map(" ".join)


@given(st.lists(st.tuples(WORDS, CELLS, CELLS), min_size=1, max_size=9), st.integers(60, 120))
def test_no_word_of_a_table_is_broken(columns: list[tuple[str, str, str]], width: int) -> None:
    names, *rows = zip(*columns, strict=True)
    lines = grid(*names)
    for row in rows:
        lines.add_row(*row)
    terminal = Console(width=width, color_system=None)
    with terminal.capture() as captured:
        terminal.print(_plain(lines))
    printed = captured.get()
    assert max(map(len, printed.splitlines())) <= width
    shown = [word.rstrip(",") for word in printed.split()]
    assert sorted({word for row in rows for cell in row for word in cell.split()} - {*shown}) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1430, "1,430"), (9.48, "9.48"), (3.0, "3.0"), (-0.0, "0.0"), (-0.02, "-0.02"), (0.1 + 0.2, "0.3"), (None, "-")],
)
def test_a_number_has_the_decimals_it_was_published_with(value: float | None, shown: str) -> None:
    assert number(value) == shown


@given(st.integers(-(10**9), 10**9), st.integers(1, 4))
def test_no_decimal_is_lost_and_none_is_made_up(digits: int, decimals: int) -> None:
    published = digits / 10**decimals
    assert float(number(published).replace(",", "")) == published
    assert len(number(published).partition(".")[2]) <= decimals
