"""Figures: every one by its name, those of publishers' counts first, then those of papers and of a municipality's own."""

from __future__ import annotations

from warehouse.figures import benchmark, benefits, block_grant, investments, own_tables, public_support
from warehouse.figures.model import Figure

_OF_THEMES = (
    *benefits.FIGURES,
    *block_grant.FIGURES,
    *benchmark.FIGURES,
    *public_support.FIGURES,
    *investments.FIGURES,
    *own_tables.FIGURES,
)

FIGURES: dict[str, Figure] = {figure.name: figure for figure in sorted(_OF_THEMES, key=lambda each: each.of_papers)}
