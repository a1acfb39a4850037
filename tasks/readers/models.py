"""What readers' programs may ask, and what they are answered: the parameters of each question, and the frame of every answer.

The description of the HTTP service and of the tools of assistants are made from these, so that both have the same questions.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

MOST_ROWS, MOST_AREAS = 1000, 20

# PostgreSQL knows no text with the sign NUL in it.
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
_AREA = "Name or code of an area, such as Herlev, 0163 or 'Hele landet'."
_AREAS = f"{_AREA} May be given {MOST_AREAS} times."
_AS_OF = "As it was known then: a date (until its end, in Denmark) or a time. As it stands, where none is given."
_PERIOD = "A period, such as 2023M10, 2023Q03, 2023QMAT02 or oktober 2023"
AsOf = Annotated[Word | None, Field(description=_AS_OF)]
OneArea = Annotated[Word, Field(description=_AREA)]
Areas = Annotated[list[Word], Field(description=_AREAS, min_length=1, max_length=MOST_AREAS)]
OneTable = Annotated[Word, Field(description="Id or title of a table, such as y07a02.")]
Span = Annotated[Word | None, Field(description=f"{_PERIOD}; two with ':' between: all from the one to the other.")]
Item = Annotated[Word | None, Field(description="Only this benefit, offer, outcome or line; 'all' for each.")]
FigureName = Annotated[Word, Field(description="Name of a figure, such as savings; `figures` lists them.")]


class Paged(BaseModel):
    """What every question has: which of its rows are wanted. Any other parameter is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(description="At most so many rows.", ge=1, le=MOST_ROWS)] = 100
    offset: Annotated[int, Field(description="Leave out so many rows first.", ge=0, le=10_000_000)] = 0


class TableList(Paged):
    """Which tables there are: id, titles, publisher, measures, newest period, when they were updated and seen."""

    table: Annotated[Word | None, Field(description="Only this table, with the members of its breakdowns.")] = None
    words: Annotated[Word | None, Field(description="Only tables whose id, titles or subject have these words.")] = None


class AreaList(Paged):
    """Which areas there are: the country, regions, landsdele and municipalities, with their codes."""

    words: Annotated[Word | None, Field(description="Only areas whose name or code is like this.")] = None


class ObservationList(Paged):
    """Observations of a table and areas, as published: value or why there is none, status, unit, vintage, series break.

    A value that is null is never a zero. Total and parts are all there: never add them up.
    """

    table: OneTable
    area: Areas
    period: Span = None
    measure: Annotated[Word | None, Field(description="Only this measure, by our name or the publisher's label.")] = (
        None
    )
    where: Annotated[
        list[Word],
        Field(description="Only this member of a breakdown: LABEL=VALUE; may be given again.", max_length=10),
    ] = []
    last: Annotated[int | None, Field(description="Only so many of the newest periods.", ge=1, le=1000)] = None
    as_of: AsOf = None


class TotalList(Paged):
    """All benefits together in full-time persons, month by month: whole, or with bounds and the names of what lacks."""

    area: Areas
    period: Span = None
    together: Annotated[bool, Field(description="Add the areas up and average over the months of the period.")] = False
    as_of: AsOf = None


class FigureList(Paged):
    """Which derived figures there are: formula, unit, the tables and assumptions that each reads, caveats and source."""


class OneFigure(Paged):
    """A derived figure of an area: value with bounds, status, unit, the assumptions and vintages it rests on, caveats."""

    figure: FigureName
    area: OneArea
    period: Annotated[Word | None, Field(description=f"{_PERIOD}; the newest, where none is given.")] = None
    item: Item = None
    as_of: AsOf = None


class Explanation(Paged):
    """A figure taken apart: formula, each input with status and vintage, assumptions, hashes of the archived answers."""

    figure: FigureName
    area: OneArea
    period: Annotated[Word, Field(description=f"{_PERIOD}.")]
    item: Item = None
    as_of: AsOf = None


class RevisionList(Paged):
    """What a publisher changed after it was first published: before, after, and when it was seen."""

    table: OneTable
    area: Annotated[Word | None, Field(description=_AREA)] = None
    since: Annotated[Word | None, Field(description="Only what was seen from this date or time on.")] = None


class ClaimList(Paged):
    """Numbers of committee papers beside what they should be, as the last night checked them, with the verdict and why."""

    document: Annotated[Word | None, Field(description="Only the claims of this paper.")] = None


class Vintage(BaseModel):
    """A publisher's table as it was seen once."""

    vintage: Annotated[int, Field(description="Its number here; later ones are larger.")]
    table: Annotated[str, Field(description="Id of the table.")]
    publisher_updated_on: Annotated[date | None, Field(description="The publisher's own date of it.")]
    seen_at: Annotated[AwareDatetime, Field(description="When it was seen here.")]
    rehearsed: Annotated[bool, Field(description="Whether a stand-in served it, so that its figures are invented.")]


class Answer(BaseModel):
    """The answer to a question: its rows, and of all of them what they rest on."""

    question: Annotated[str, Field(description="The question's name.")]
    as_of: Annotated[AwareDatetime, Field(description="The moment whose knowledge this is: that asked for, else now.")]
    source: Annotated[str, Field(description="Who published the numbers, and where.")]
    vintages: Annotated[list[Vintage], Field(description="The vintages that the rows rest on.")]
    caveats: Annotated[list[str], Field(description="What whoever uses the rows must say, in Danish.")]
    rows: Annotated[list[dict[str, Any]], Field(description="The rows, as the command of that name gives them.")]
    total: Annotated[int, Field(description="How many rows there are.", ge=0)]
    limit: int
    offset: int
    next_offset: Annotated[int | None, Field(description="The offset of the next rows; null: these are the last.")]


class Problem(BaseModel):
    """Why there is no answer."""

    detail: Annotated[str, Field(description="A sentence that says what is wrong, and what to ask for instead.")]


class Health(BaseModel):
    """That the service runs."""

    status: str
