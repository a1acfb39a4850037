"""The report of `make bench`, continued: a large warehouse, and what nights are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

Found = Mapping[str, Any]
_IMPORT = "import_of_great_expectations"
_TOLD = 3  # loads at the start and at the end, whose median is told


def per_million(loads: Sequence[tuple[int, float]]) -> list[float]:
    """Seconds per million observations of each load."""
    return [seconds * 1_000_000 / max(new, 1) for new, seconds in loads]


def slowdown(found: Found) -> float:
    """How many times longer a million takes at the end than at the start."""
    seconds = per_million(found["loads"])
    return median(seconds[-_TOLD:]) / median(seconds[:_TOLD])


def slowest_question(found: Found) -> tuple[str, float]:
    """The dashboard's statement with the highest 95th percentile, in milliseconds."""
    return max(((name, each["p95"]) for name, each in found["dashboard_ms"].items()), key=lambda pair: pair[1])


def of_scale(found: Found) -> str:
    """A warehouse as large as is asked for, in Markdown."""
    seconds = per_million(found["loads"])
    sizes, vacuum = found["bytes_per_observation"], found["vacuum"]
    questions = [
        f"| {name} | {each['median']:.1f} | {each['p95']:.1f} | {each['asked']:,} | {found['hasty_ms'][name]['median']:.1f} "
        f"| {found['hasty_ms'][name]['p95']:.1f} | {found['hasty_ms'][name]['asked']:,} |"
        for name, each in found["dashboard_ms"].items()
    ]
    return "\n".join(
        [
            f"## A warehouse of {found['observations']:,} observations",
            "",
            f"{len(found['loads'])} wide tables beside a national Denmark with two nights, a month apart. Measured on "
            f"{found['on']}.",
            "",
            "| | |",
            "|---|--:|",
            f"| a million observations, at the start | {median(seconds[:_TOLD]):.1f} s |",
            f"| a million observations, at the end | {median(seconds[-_TOLD:]):.1f} s |",
            f"| on disk, an observation | {sizes['rows']:.0f} bytes, and {sizes['indexes']:.0f} of keys |",
            f"| all marts, from nothing | {found['marts_seconds']:.1f} s |",
            _as_of("one municipality and the widest table as of a day", found["as_of_ms"]),
            _as_of("one municipality and an ordinary table as of a day", found["as_of_ordinary_ms"]),
            *_of_releases(found["releases"], vacuum=vacuum),
            "",
            "What the dashboard asks, in the readers' account, by eight readers at once who look at each page for a second,",
            "and by eight who wait for nothing, which is more than two cores can give:",
            "",
            "| | median ms | 95th percentile ms | asked | without a pause: median ms | 95th percentile ms | asked |",
            "|---|--:|--:|--:|--:|--:|--:|",
            *questions,
            "",
        ]
    )


def _as_of(what: str, took: Mapping[str, Any]) -> str:
    spread = f"median of {took['asked']}; 95th percentile {took['p95']:.0f} ms"
    return f"| {what} ({took['rows']:,} rows), {spread} | {took['median']:.0f} ms |"


def _of_releases(releases: Sequence[Found], *, vacuum: Found) -> list[str]:
    later = releases[1:] or releases
    return [
        f"| a monthly release of one table, median of {len(later)} | {median(each['seconds'] for each in later):.1f} s |",
        f"| vacuum of that table after {len(releases)} | {vacuum['seconds']:.1f} s, {vacuum['mib_before']:,.0f} MiB before, "
        f"{vacuum['mib_after']:,.0f} after |",
    ]


def of_nights(found: Found) -> str:
    """What nights are made of, in Markdown."""
    quiet, release = found["quiet"], found["release"]
    work = [own_work(each) for each in quiet]
    stages = [f"| {stage} | {seconds:.1f} |" for stage, seconds in release["stages"].items() if seconds >= 0.05]
    return "\n".join(
        [
            "## Nights",
            "",
            f"The publisher lists {found['tables']} tables ({found['scale']}). Each night is a process of its own, with a",
            "Prefect server of its own; where one is served, the start of the server falls away. They run as a command does.",
            "The work that a budget is held to has no part of the publisher's time until it answers.",
            "",
            f"| a night in which nothing is new, median of {len(quiet)} | seconds |",
            "|---|--:|",
            f"| imports | {median(each['imports'] for each in quiet):.1f} |",
            f"| waiting for Prefect's server after that | {median(each['server'] for each in quiet):.1f} |",
            f"| our own work, Prefect's part of it included | {median(work):.1f} ({min(work):.1f} to {max(work):.1f}) |",
            "",
            f"Calls to the publisher: {max(each['calls'] for each in quiet)}. Great Expectations is "
            f"{'imported' if any(each['great_expectations'] for each in quiet) else 'not imported'}.",
            "",
            f"| a night with three tables, {release['new']:,} cells new and {release['revised']:,} revised | seconds |",
            "|---|--:|",
            *stages,
            *_of_its_import([each[_IMPORT] for each in quiet if _IMPORT in each]),
            f"| all of the night | {release['work']:.1f} |",
            *_of_the_publisher(release),
            "",
        ]
    )


def own_work(night: Mapping[str, Any]) -> float:
    """Seconds of a night without those in which the publisher was asked and had not begun to answer."""
    return float(night["work"] - night.get("publisher", 0))


def _of_the_publisher(night: Mapping[str, Any]) -> list[str]:
    """What of a night is the publisher's, and what is ours; nothing where a run before has not measured it."""
    if "publisher" not in night:
        return []
    return [
        f"| of it, from questions to the heads of their answers | {night['publisher']:.1f} |",
        f"| our own work, Prefect's part of it included | {own_work(night):.1f} |",
    ]


def _of_its_import(seconds: Sequence[float]) -> list[str]:
    """What an audit spends on its tool whatever is in the tables; nothing where a run before has not measured it."""
    if not seconds:
        return []
    return [f"| of the audit, the import of Great Expectations, median of {len(seconds)} | {median(seconds):.1f} |"]
