"""The star as a picture, drawn from the declarations: `python -m tests.star_picture` writes docs/pictures/star.svg.

In the middle everything that is loaded, around it the dimensions with the column by which each is joined; below, which mart
joins which dimension.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from sqlalchemy import Table

from tests.star import joins
from warehouse.marts.contract import MARTS
from warehouse.marts.dimensions import DIMENSIONS
from warehouse.marts.star import observations

FILE = Path(__file__).parents[1] / "docs" / "pictures" / "star.svg"
WIDTH, BOX, LINE, MARGIN = 960, 250, 15, 20
LEFT, RIGHT = MARGIN, WIDTH - MARGIN - BOX
MIDDLE = (WIDTH - BOX) // 2
SHOWN = 6
INK, PALE, KEY, FACT = "#22303c", "#ffffff", "#0b5c7a", "#fdf3dc"


def picture() -> str:
    """The whole picture as SVG."""
    star, below = _star()
    matrix, height = _matrix(below + 40)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="DejaVu Sans, Verdana, sans-serif" font-size="11" fill="{INK}" role="img" aria-labelledby="t">'
    )
    title = (
        '<title id="t">The star: marts.observations and its dimensions, and which mart joins which dimension</title>'
    )
    paper = f'<rect width="{WIDTH}" height="{height}" fill="{PALE}"/>'
    return "\n".join([head, title, paper, *star, *matrix, "</svg>"]) + "\n"


def _star() -> tuple[list[str], int]:
    """The fact, its dimensions and the lines between them; and where they end."""
    drawn, lines, ends = [], [], []
    columns = [column.name for column in observations.columns]
    fact_height = 34 + LINE * len(columns)
    for place, side in ((LEFT, DIMENSIONS[::2]), (RIGHT, DIMENSIONS[1::2])):
        top = MARGIN
        for dimension in side:
            boxed, height = _box(dimension, x=place, y=top, names=[column.name for column in dimension.columns][:SHOWN])
            drawn += boxed
            [key] = dimension.primary_key
            lines += _line(place, top + 40, at=MARGIN + 40 + LINE * columns.index(key.name))
            top += height + 24
        ends.append(top)
    fact, _ = _box(observations, x=MIDDLE, y=MARGIN, names=columns, fill=FACT)
    return [*lines, *drawn, *fact], max(*ends, MARGIN + fact_height)


def _line(place: int, y: int, *, at: int) -> list[str]:
    """From a dimension's key to the same column of the fact."""
    begin, end = (place + BOX, MIDDLE) if place == LEFT else (place, MIDDLE + BOX)
    bend = (begin + end) // 2
    curve = f"M{begin} {y - 4} C{bend} {y - 4} {bend} {at - 4} {end} {at - 4}"
    return [f'<path d="{curve}" fill="none" stroke="{KEY}" stroke-width="1.5"/>']


def _box(table: Table, *, x: int, y: int, names: list[str], fill: str = "#eef4f7") -> tuple[list[str], int]:
    """A table with its columns, keys in bold; and how high it is."""
    left_out = len(table.columns) - len(names)
    height = 34 + LINE * (len(names) + bool(left_out))
    drawn = [
        f'<rect x="{x}" y="{y}" width="{BOX}" height="{height}" rx="4" fill="{fill}" stroke="{INK}"/>',
        f'<text x="{x + 10}" y="{y + 18}" font-weight="bold" font-size="13">{escape(table.fullname)}</text>',
    ]
    joined = {key.name for dimension in DIMENSIONS for key in dimension.primary_key}
    for at, name in enumerate(names):
        is_key = f' font-weight="bold" fill="{KEY}"' if name in joined else ""
        drawn.append(f'<text x="{x + 10}" y="{y + 40 + LINE * at}"{is_key}>{escape(name)}</text>')
    if left_out:
        drawn.append(f'<text x="{x + 10}" y="{y + 40 + LINE * len(names)}" fill="#667">and {left_out} more</text>')
    return drawn, height


def _matrix(top: int) -> tuple[list[str], int]:
    """Which mart joins which dimension, a dot for each; and where it ends."""
    facts = [mart for mart in MARTS if mart not in DIMENSIONS and any(joined is mart for joined, *_ in joins())]
    first, step = 260, 112
    drawn = [f'<text x="{LEFT}" y="{top}" font-weight="bold" font-size="13">Which mart joins which dimension</text>']
    drawn += [
        f'<text x="{first + step * at + step // 2}" y="{top + 24}" text-anchor="middle" font-weight="bold">{each.name}</text>'
        for at, each in enumerate(DIMENSIONS)
    ]
    for row, mart in enumerate(facts):
        drawn += _row(mart, y=top + 46 + 18 * row, first=first, step=step, shaded=row % 2 == 0)
    return drawn, top + 46 + 18 * len(facts) + MARGIN


def _row(mart: Table, *, y: int, first: int, step: int, shaded: bool) -> Iterator[str]:
    if shaded:
        yield f'<rect x="{LEFT}" y="{y - 13}" width="{WIDTH - 2 * MARGIN}" height="18" fill="#f3f6f8"/>'
    yield f'<text x="{LEFT + 10}" y="{y}">{escape(mart.fullname)}</text>'
    for at, dimension in enumerate(DIMENSIONS):
        if any(joined is mart and joins_to is dimension for joined, joins_to, _ in joins()):
            yield f'<circle cx="{first + step * at + step // 2}" cy="{y - 4}" r="4" fill="{KEY}"/>'


if __name__ == "__main__":
    FILE.write_text(picture(), encoding="utf-8")
