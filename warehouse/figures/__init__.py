"""Figures: every one by its name, those of publishers' counts first, then those of papers and of a municipality's own."""

from __future__ import annotations

from warehouse.figures import (
    benchmark,
    benefits,
    block_grant,
    budgets,
    comparable,
    investments,
    own_tables,
    public_support,
)
from warehouse.figures.model import Figure

_OF_THEMES = (
    *benefits.FIGURES,
    *block_grant.FIGURES,
    *benchmark.FIGURES,
    *comparable.FIGURES,
    *public_support.FIGURES,
    *investments.FIGURES,
    *own_tables.FIGURES,
    *budgets.FIGURES,
)

FIGURES: dict[str, Figure] = {figure.name: figure for figure in sorted(_OF_THEMES, key=lambda each: each.of_papers)}
