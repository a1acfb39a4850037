"""Series breaks: points in time across which figures of a table, or of some of its members, are not comparable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field, field_validator, model_validator

from warehouse.formats.declared import Declared
from warehouse.formats.written_day import WrittenDay
from warehouse.periods import Period, PeriodKind


class OwnBreak(Declared):
    """One break as a table declares it that ships in no catalogue; `members` as those of a shipped one."""

    id: str
    title: str
    caveat: str
    source: str
    first_period: str
    members: tuple[str, ...] = ()

    @field_validator("first_period")
    @classmethod
    def _is_a_period(cls, first_period: str) -> str:
        Period.parse(first_period)
        return first_period


class SeriesBreak(Declared):
    """One break: for each table it concerns, the first period after it.

    `members` names those it concerns in a table where it does not concern all of them; the total is named as a member is.
    Tables that ship in no catalogue and whose ids end in one of `kinds` have it `since` a day, once they are adopted.
    """

    id: str
    title: str
    caveat: str
    source: str
    first_periods: dict[str, str] = Field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    since: WrittenDay | None = None
    members: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("first_periods")
    @classmethod
    def _are_periods(cls, first_periods: dict[str, str]) -> dict[str, str]:
        for written in first_periods.values():
            Period.parse(written)
        return first_periods

    @model_validator(mode="after")
    def _kinds_have_it_since_a_day(self) -> SeriesBreak:
        if bool(self.kinds) != (self.since is not None):
            raise ValueError(f"{self.id}: `kinds` and `since` go together")
        return self

    @model_validator(mode="after")
    def _members_are_of_its_tables(self) -> SeriesBreak:
        if strange := sorted(set(self.members) - set(self.first_periods)):
            raise ValueError(f"{self.id}: `members` names {', '.join(strange)}, and `first_periods` does not")
        return self

    def require_members(self, known: Mapping[str, set[str]]) -> None:
        """Raise ValueError for a member that its table has not: it would take the break off every series."""
        for table_id, members in self.members.items():
            if strange := sorted(set(members) - known[table_id]):
                raise ValueError(f"the break {self.id}: {table_id} has no members {', '.join(strange)}")

    def of_adopted(self, table_id: str, *, kind: PeriodKind) -> OwnBreak | None:
        """What a table of these periods declares of it when it is adopted; None where it does not concern the table."""
        if self.since is None or not table_id.endswith(self.kinds):
            return None
        first = Period.containing(self.since, kind=kind)
        return OwnBreak(id=self.id, title=self.title, caveat=self.caveat, source=self.source, first_period=str(first))


def require_fitting(breaks: Iterable[OwnBreak], *, of: str, kind: PeriodKind, members: set[str] | None) -> None:
    """Raise ValueError for a break of other periods than its table's, or of members that it has not; None: any may come."""
    for each in breaks:
        if Period.parse(each.first_period).kind != kind:
            raise ValueError(f"the break {each.id}: {each.first_period} is no period of {of}")
        if members is not None and (strange := sorted(set(each.members) - members)):
            raise ValueError(f"the break {each.id}: {of} has no members {', '.join(strange)}")
