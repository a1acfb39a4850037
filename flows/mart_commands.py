"""The commands that hand out what people may read: the data dictionary."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows.printing import console

if TYPE_CHECKING:
    from tasks.dictionary import Language

WELL, WRONG_USE = 0, 2


def show_dictionary(*, form: str, language: Language, out: Path | None) -> int:
    """The data dictionary on standard output or in a file; a workbook always needs one."""
    from tasks.dictionary import markdown, write_markdown, write_workbook

    if out is None and form == "xlsx":
        sys.stderr.write("jobindsats: a workbook needs a file: --out dataordbog.xlsx\n")
        return WRONG_USE
    if out is None:
        sys.stdout.write(markdown(language))
        return WELL
    write = write_workbook if form == "xlsx" else write_markdown
    write(out, language=language)
    console().print(f"Written to {out}")
    return WELL
