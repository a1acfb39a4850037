"""Orders: benefits as the publisher's overviews have them, names as a Danish alphabet has them."""

from __future__ import annotations

from collections.abc import Mapping

# The order of the catalogue's benefit groups, which no mart tells; a test holds the two together.
BENEFITS = (
    "A-dagpenge",
    "Kontanthjælp",
    "Kontanthjælp (før 1. juli 2025)",
    "Uddannelseshjælp",
    "Selvforsørgelses- og hjemrejseydelse samt overgangsydelse",
    "Revalidering",
    "Forrevalidering",
    "Sygedagpenge",
    "Jobafklaringsforløb",
    "Ressourceforløb",
    "Ledighedsydelse",
    "Fleksjob",
    "Førtidspension",
    "Seniorpension",
    "Efterløn",
    "Tidlig pension",
)
_LAST = str.maketrans("æøåÆØÅ", "{|}{|}")


def benefit(name: str) -> tuple[int, str]:
    """What to sort a benefit by: its place in the official order; one that is not in it comes after, by name."""
    return (BENEFITS.index(name) if name in BENEFITS else len(BENEFITS), danish(name))


def danish(name: str) -> str:
    """What to sort a name by: æ, ø and å at the end, and aa, an older spelling, with å.

    >>> sorted(["Aalborg", "Ærø", "Åbybro", "Albertslund"], key=danish)
    ['Albertslund', 'Ærø', 'Åbybro', 'Aalborg']
    """
    return name.lower().translate(_LAST).replace("aa", "}")


def in_danish_order(names: Mapping[str, str]) -> dict[str, str]:
    """Codes and names by name."""
    return dict(sorted(names.items(), key=lambda each: danish(each[1])))
