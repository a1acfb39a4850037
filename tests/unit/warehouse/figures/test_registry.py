"""The list of figures: every theme's, in the order in which `jobindsats figures` shows them."""

from __future__ import annotations

from warehouse.figures import FIGURES

IN_ORDER = [
    "total_recipients", "year_on_year", "share_of_workforce", "share_of_population", "block_grant_share", "benchmark_gap",
    "benchmark_rank", "savings", "comparable_municipalities", "public_support_share", "public_support_share_of_working_age",
    "unemployment_projection", "investment_case", "net_present_value", "grant_share", "activation_mix", "ordinary_hours",
    "exits", "target_followup", "response_rate", "cases_per_1000", "multi_year_budget", "budget_followup",
]  # fmt: skip


def test_figures_are_listed_in_the_order_they_always_had() -> None:
    assert list(FIGURES) == IN_ORDER


def test_a_figure_is_listed_under_its_own_name() -> None:
    assert [figure.name for figure in FIGURES.values()] == list(FIGURES)


def test_those_of_publishers_come_before_those_of_papers() -> None:
    of_papers = [figure.of_papers for figure in FIGURES.values()]
    assert of_papers == sorted(of_papers)
