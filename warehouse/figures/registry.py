"""Every figure there is, by name."""

from __future__ import annotations

from warehouse.figures.model import Figure
from warehouse.figures.of_papers import FROM_PAPERS
from warehouse.figures.of_publishers import PUBLISHED
from warehouse.figures.public_support import FROM_STATBANK

FIGURES: dict[str, Figure] = {figure.name: figure for figure in (*PUBLISHED, *FROM_STATBANK, *FROM_PAPERS)}
