"""The bar of a run: on standard error of a terminal, and nowhere else."""

from __future__ import annotations

import pytest

from flows.command_line.progress import bar


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error taken for a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.usefixtures("terminal")
def test_a_bar_says_what_is_at_work_and_how_many_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    with bar(shown=True) as moved:
        moved("y01a02 [red]", 3, 12)
    shown = capsys.readouterr()
    assert "y01a02 [red]" in shown.err
    assert " 3/12" in shown.err
    assert shown.out == ""


@pytest.mark.usefixtures("terminal")
def test_no_bar_is_shown_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    with bar(shown=False) as moved:
        moved("y01a02", 3, 12)
    assert capsys.readouterr() == ("", "")


def test_no_bar_is_shown_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    with bar(shown=True) as moved:
        moved("y01a02", 3, 12)
    assert capsys.readouterr() == ("", "")
