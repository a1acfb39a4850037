"""Write the appendix as a tagged PDF (PDF/UA-1) with Typst: from the blocks of the paper, without a browser."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final

from tasks.briefing.paper import Beside, Block, Figure, Paper, Section

STANDARD: Final = "ua-1"


def pdf(paper: Paper) -> bytes:
    """The appendix as a PDF that a screen reader can read; the same paper gives the same bytes."""
    import typst

    with tempfile.TemporaryDirectory(prefix="briefing-") as folder:
        template = resources.files("tasks.briefing").joinpath("paper.typ").read_text(encoding="utf-8")
        Path(folder, "paper.typ").write_text(template, encoding="utf-8")
        Path(folder, "paper.json").write_text(json.dumps(_told(paper, folder=Path(folder))), encoding="utf-8")
        written = typst.compile(str(Path(folder, "paper.typ")), root=folder, format="pdf", pdf_standards=STANDARD)
    return bytes(written)


def _told(paper: Paper, *, folder: Path) -> dict[str, Any]:
    """The paper as the template reads it, its charts laid into the folder."""
    bare = replace(paper, sections=(), summary=_BARE, sources=_BARE)
    return asdict(bare) | {
        "summary": _section(paper.summary, folder=folder),
        "sections": [_section(section, folder=folder) for section in paper.sections],
        "sources": _section(paper.sources, folder=folder),
    }


_BARE = Section("", "", ())


def _section(section: Section, *, folder: Path) -> dict[str, Any]:
    blocks = [_block(block, folder=folder) for block in section.blocks]
    return {"name": section.name, "title": section.title, "annex": section.annex, "blocks": blocks}


def _block(block: Block, *, folder: Path) -> dict[str, Any]:
    kind = {"kind": type(block).__name__.lower()}
    if isinstance(block, Beside):
        return kind | {"form": block.form, "blocks": [_block(each, folder=folder) for each in block.blocks]}
    if isinstance(block, Figure):
        chart = block.chart
        folder.joinpath(f"{chart.name}.svg").write_text(chart.svg, encoding="utf-8")
        return kind | {
            "file": f"{chart.name}.svg",
            "title": chart.title,
            "description": chart.description,
            "key": chart.key,
        }
    return kind | asdict(block)
