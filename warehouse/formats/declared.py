"""What everything that a person or a program declares has in common: the catalogue, a contract, a paper, limits."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """What a person or a program declares: unknown keys are errors, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
