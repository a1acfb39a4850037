"""What a municipality's own table may feed, and the measures that figures read of it; `*cases` is any that ends in `cases`.

The figures' own declarations (warehouse/figures/own_tables.py, budgets.py and comparable.py beside it) are held against it
by a test.
"""

from __future__ import annotations

FEEDS_READ: dict[str, tuple[str, ...]] = {
    "activation": ("started_cases",),
    "ordinary_hours": ("ordinary_hours_pct", "ordinary_hours_persons"),
    "exits": ("exits_pct", "completed_cases"),
    "targets": ("target_pct", "reached_pct", "finished_cases"),
    "survey": ("answered_persons", "sent_persons"),
    "cases": ("*cases",),
    "budget": ("budget_dkk", "budget_full_time_persons", "price_dkk"),
    "comparable": ("comparable_rank",),
}

TOTALS_READ: frozenset[str] = frozenset(
    {"ordinary_hours_pct", "ordinary_hours_persons", "completed_cases", "answered_persons", "sent_persons"}
)
"""Those of which figures read the total only, and no member of a breakdown."""

IN_MONTHS: frozenset[str] = frozenset({"budget_full_time_persons", "price_dkk"})
"""Those that hold for each month of their period, which is a month, a quarter or a year."""
