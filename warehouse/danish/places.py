"""Writes a municipality's name: as its own papers do, and as it stands alone; the publisher's name is neither for some.

The official names are those of the municipalities' own letters: Københavns Kommune, Bornholms Regionskommune.
"""

from __future__ import annotations

_OFFICIAL = {"København": "Københavns Kommune", "Bornholm": "Bornholms Regionskommune"}
_ALONE = {"Nordfyns": "Nordfyn", "Vesthimmerlands": "Vesthimmerland"}


def official(name: str) -> str:
    """The official name of the municipality that the publisher calls so.

    >>> official("Herlev"), official("København"), official("Vesthimmerlands")
    ('Herlev Kommune', 'Københavns Kommune', 'Vesthimmerlands Kommune')
    """
    return _OFFICIAL.get(name, f"{name} Kommune")


def alone(name: str) -> str:
    """The name of an area where no 'Kommune' follows it.

    >>> alone("Vesthimmerlands"), alone("Herlev")
    ('Vesthimmerland', 'Herlev')
    """
    return _ALONE.get(name, name)
