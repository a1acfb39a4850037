"""Doctor's look at the declarations: each beside its publisher, what the next night loads, and what settles the rest.

Asked are the list of tables and one description a table, as many a minute as nights may ask; no figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tasks.doctor.finding import Finding, guarded
from tasks.upkeep.catalogue.adopting import Told
from tasks.upkeep.catalogue.asking import asking
from tasks.upkeep.catalogue.comparing import Compared, compare

_NEEDED = {"token": ("well", "attention"), "publisher": ("well", "attention"), "warehouse": ("well",)}
TABLES = "tables"
_SETTLE = "settle those below, each by its command; the others load anyway"
_LOOK = (
    "look for those that are not listed on the publisher's web site and with `jobindsats tables WORDS`; where one has another "
    "id, `jobindsats adopt ID`"
)


def examine_declarations(found: Sequence[Finding], *, told: Told) -> list[Finding]:
    """What the next night loads of all declared tables, and a finding for each that differs from its publisher.

    Nothing where what was found so far says that the publisher cannot be asked, or the warehouse is to be mended first.
    """
    verdicts = {each.part: each.verdict for each in found}
    if any(verdicts.get(part) not in fit for part, fit in _NEEDED.items()):
        return []
    of_tables: list[Finding] = []

    def examine() -> Finding:
        with asking(lambda _: None) as access:  # the warehouse was found well before
            compared = compare(None, access=access, told=told)
        of_tables.extend(_of_table(each) for each in compared if each.loads in ("in part", "no"))
        return _together(compared)

    return [guarded(TABLES, examine), *of_tables]


def _together(compared: Sequence[Compared]) -> Finding:
    listed = [each for each in compared if each.listed]
    whole = [each for each in listed if each.loads == "whole"]
    parts = [f"{len(whole)} of {len(listed)} declared tables that are listed load whole"]
    parts += [f"{len(some)} {how}" for how, some in _others(compared).items() if some]
    missing = [each.table for each in compared if each.loads == "not listed"]
    parts += [f"declared, not retired, and not listed: {', '.join(missing)}"] if missing else []
    waiting = [each.table for each in compared if not each.listed and each.loads == "whole"]
    parts += [f"not listed, and nothing of them is held or expected: {', '.join(waiting)}"] if waiting else []
    steps = [_SETTLE] if any(_others(compared).values()) else []
    steps += [_LOOK] if missing else []
    return Finding(TABLES, "attention" if steps else "well", "; ".join(parts), "; ".join(steps))


def _others(compared: Iterable[Compared]) -> dict[str, list[Compared]]:
    found = list(compared)
    return {
        "in part": [each for each in found if each.loads == "in part"],
        "not at all": [each for each in found if each.loads == "no"],
    }


def _of_table(compared: Compared) -> Finding:
    part = f"table {compared.table}"
    if compared.trouble:
        step = f"jobindsats tables {compared.table} shows what the publisher has"
        return Finding(part, "attention", f"does not load: {compared.trouble}", step)
    says = f"{compared.loads_in_words}: {'; '.join(each.sentence for each in compared.differences)}"
    return Finding(part, "attention", says, _step(compared))


def _step(compared: Compared) -> str:
    if compared.acceptable:
        return f"where it is meant so: {compared.command}"
    return "; ".join(dict.fromkeys(each.consequence for each in compared.differences))
