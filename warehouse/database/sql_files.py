"""Long statements: each is a file `<name>.sql` in the folder of the modules that carry it out."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def read_sql(package: str, name: str) -> str:
    """The text of `<name>.sql` in a package's folder. Braces are names of ours, for `format`; values are bound."""
    return (resources.files(package) / f"{name}.sql").read_text(encoding="utf-8")
