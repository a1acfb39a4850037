"""Excuses: offenders that are known errors of the publisher do not fail their check, and a guard says when one is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from expectations.checks import Audited, Check, literal
from expectations.known_deviations import Deviation, wrong

GUARD = "known_deviations_still_stand"


def excused(checks: Sequence[Check], *, audited: Audited) -> list[Check]:
    """The checks without the offenders that are known, and the guard; raises DeviationError."""
    by_rule = {check.rule: check for check in checks}
    known = [deviation for deviation in audited.deviations if deviation.table == audited.table.id]
    for deviation in known:
        _require_rule(deviation, by_rule=by_rule)
    kept = [_excused(check, known=[each for each in known if each.rule == check.rule]) for check in checks]
    asked = [each for each in known if each.period is None or each.period in (audited.asked_periods or ())]
    return [*kept, *([_guard(asked, by_rule=by_rule)] if asked else [])]


def _require_rule(deviation: Deviation, *, by_rule: Mapping[str, Check]) -> None:
    check = by_rule.get(deviation.rule)
    if check is None:
        raise wrong(deviation.id, f"{deviation.table} has no rule '{deviation.rule}'; it has {', '.join(by_rule)}")
    if not check.columns:
        raise wrong(deviation.id, f"the rule {check.rule} has no offenders that could be known")
    for column in deviation.where:
        if column not in check.columns:
            raise wrong(
                deviation.id,
                f"where.{column}: the offenders of {check.rule} have the columns {', '.join(check.columns)}",
            )


def _excused(check: Check, *, known: Sequence[Deviation]) -> Check:
    if not known:
        return check
    names = " or ".join(_matches(deviation) for deviation in known)
    query = f"select found.* from ({check.query}) found where ({names}) is not true"
    return replace(check, query=query)


def _guard(known: Sequence[Deviation], *, by_rule: Mapping[str, Check]) -> Check:
    """Advisory: its offenders are the entries that matched no offender of their rule in this load."""
    gone = " union all ".join(
        f"select {literal(deviation.id)} as entry, {literal(deviation.rule)} as rule, {literal(deviation.reason)} as reason "
        f"where not exists (select from ({by_rule[deviation.rule].query}) found where {_matches(deviation)})"
        for deviation in known
    )
    sentence = "each known error of the publisher still stands; an entry that finds nothing any more can be removed"
    return Check(
        GUARD, f"{sentence} from expectations/known_deviations.yml", query=gone, columns=("entry",), blocking=False
    )


def _matches(deviation: Deviation) -> str:
    """Whether an offender is the one a deviation names, as SQL over the offender's columns."""
    return "(" + " and ".join(_is(f"found.{column}", value) for column, value in deviation.where.items()) + ")"


def _is(column: str, wanted: Mapping[str, str] | float | str) -> str:
    if isinstance(wanted, Mapping):
        pairs = ", ".join(f"{literal(dimension)}, {literal(member)}" for dimension, member in wanted.items())
        return f"{column} @> jsonb_build_object({pairs})"
    return f"{column} = {literal(wanted)}"
