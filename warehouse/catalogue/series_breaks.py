"""Series breaks: points in time across which figures of a table, or of some of its members, are not comparable."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from warehouse.catalogue.declared import Declared
from warehouse.periods import Period


class SeriesBreak(Declared):
    """One break: for each table it concerns, the first period after it.

    `members` names those it concerns in a table where it does not concern all of them; the total is named as a member is.
    """

    id: str
    title: str
    caveat: str
    source: str
    first_periods: dict[str, str]
    members: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("first_periods")
    @classmethod
    def _are_periods(cls, first_periods: dict[str, str]) -> dict[str, str]:
        for written in first_periods.values():
            Period.parse(written)
        return first_periods

    @model_validator(mode="after")
    def _members_are_of_its_tables(self) -> SeriesBreak:
        if strange := sorted(set(self.members) - set(self.first_periods)):
            raise ValueError(f"{self.id}: `members` names {', '.join(strange)}, and `first_periods` does not")
        return self
