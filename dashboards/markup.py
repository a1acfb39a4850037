"""Markup: tables, tiles and the tile map as HTML: numbers to the right, a head to every row and column, everything escaped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

# Streamlit's own page says that it is English; a screen reader would read Danish aloud as if it were.
LANGUAGE = "<script>document.documentElement.lang = 'da'</script>"


@cache
def style() -> str:
    """The style of what is made here."""
    return f"<style>{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}</style>"


def table(rows: Sequence[Mapping[str, str]], *, caption: str, words: Collection[str] = (), last: bool = False) -> str:
    """Rows as a table whose first column names the row; columns in `words` hold words, all others numbers. `last`: a sum.

    >>> table([{"Ydelse": "Fleksjob", "okt. 23": "212"}], caption="Ydelser").count('<td class="tal">212</td>')
    1
    """
    heads = list(rows[0])
    head = "".join(f'<th scope="col"{_kind(name, words, first=name == heads[0])}>{escape(name)}</th>' for name in heads)
    body = "".join(_line(row, heads, words) for row in rows)
    summed = ' class="med-sum"' if last else ""
    return (
        f'<div class="tabel" role="region" tabindex="0" aria-label="{escape(caption)}"><table{summed}>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _kind(name: str, words: Collection[str], *, first: bool) -> str:
    return "" if first or name in words else ' class="tal"'


def _line(row: Mapping[str, str], heads: Sequence[str], words: Collection[str]) -> str:
    first, *others = heads
    cells = "".join(f"<td{_kind(name, words, first=False)}>{escape(row[name])}</td>" for name in others)
    return f'<tr><th scope="row">{escape(row[first])}</th>{cells}</tr>'


def links(to: Mapping[str, str]) -> str:
    """A list of links within the dashboard, by what they are called.

    >>> links({"Ærø": "?kommune=x&side=y"})
    '<ul class="links"><li><a href="?kommune=x&amp;side=y">Ærø</a></li></ul>'
    """
    items = "".join(f'<li><a href="{escape(address)}">{escape(name)}</a></li>' for name, address in to.items())
    return f'<ul class="links">{items}</ul>'


@dataclass(frozen=True)
class Tile:
    """One figure of the row on top: what it is, the figure, and what must be said beside it."""

    name: str
    called: str
    figure: str
    beside: str = ""


def tiles(shown: Sequence[Tile]) -> str:
    """A row of tiles, as a list of terms and what they are."""
    return f'<dl class="fliser">{"".join(map(_tile, shown))}</dl>'


def _tile(tile: Tile) -> str:
    beside = f'<dd class="under">{escape(tile.beside)}</dd>' if tile.beside else ""
    return (
        f'<div data-flise="{escape(tile.name)}"><dt>{escape(tile.called)}</dt>'
        f'<dd class="tal">{escape(tile.figure)}</dd>{beside}</div>'
    )


@dataclass(frozen=True)
class Place:
    """A municipality on the tile map: where it lies, what is told of it, and its class from 0; None where no number is."""

    code: str
    short: str
    column: int
    row: int
    told: str
    shade: int | None


def tile_map(places: Sequence[Place], *, own: str, summary: str, legend: Sequence[str]) -> str:
    """The municipalities as tiles; one picture to a screen reader, which finds the numbers in the table below."""
    drawn = "".join(_place(place, own=own) for place in places)
    keys = "".join(
        f'<li><span class="felt klasse{nth}" aria-hidden="true"></span>{escape(text)}</li>'
        for nth, text in enumerate(legend)
    )
    return (
        f'<div class="danmark" role="img" aria-label="{escape(summary)}">{drawn}</div><ul class="noegle">{keys}'
        '<li><span class="felt uden" aria-hidden="true"></span>intet tal vises</li></ul>'
    )


def _place(place: Place, *, own: str) -> str:
    kind = "uden" if place.shade is None else f"klasse{place.shade}"
    mine = " egen" if place.code == own else ""
    at = f"grid-column:{place.column};grid-row:{place.row}"
    return f'<div class="felt {kind}{mine}" style="{at}" title="{escape(place.told)}">{escape(place.short)}</div>'
