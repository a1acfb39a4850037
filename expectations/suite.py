"""The suite of one table, from the catalogue, and how Great Expectations carries it out where the load lies.

Offenders that are known errors of the publisher do not fail their check, and a guard says when one is gone.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent import GxDatasourceWarning
from sqlalchemy import URL

from expectations import coherence, plausibility, shape
from expectations.checks import KEPT_OFFENDERS, Audited, Check, expectation_of
from expectations.known_deviations import Deviation, wrong
from expectations.sql_literals import literal
from expectations.verdict import Verdict
from warehouse.database import sessions

GUARD = "known_deviations_still_stand"


class CheckBroken(RuntimeError):
    """A check could not be carried out: this says nothing of the figures."""


def suite_for(audited: Audited) -> list[Check]:
    """Every check for one table, without what is known of its publisher's errors; raises DeviationError."""
    checks = [*shape.checks(audited), *plausibility.checks(audited), *coherence.checks(audited)]
    return _without_known(checks, audited=audited)


def _without_known(checks: Sequence[Check], *, audited: Audited) -> list[Check]:
    """The checks without the offenders that are known, and the guard; raises DeviationError."""
    by_rule = {check.rule: check for check in checks}
    known = [deviation for deviation in audited.deviations if deviation.table == audited.table.id]
    for deviation in known:
        _require_rule(deviation, by_rule=by_rule)
    kept = [_without(check, known=[each for each in known if each.rule == check.rule]) for check in checks]
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


def _without(check: Check, *, known: Sequence[Deviation]) -> Check:
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


_SETTING = {"search_path": "staging"}


def verdicts(audited: Audited, *, warehouse: URL) -> list[Verdict]:
    """Carry out a table's suite on its staging table and what was made of it there.

    Raises CheckBroken and DeviationError.
    """
    checks = suite_for(audited)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = _source(context, warehouse=warehouse)
    # It keeps one engine for looking at tables and another for the checks.
    engines = (source.get_engine(), source.get_execution_engine().engine)
    try:
        for engine in engines:
            sessions.set_each_transaction(engine, **_SETTING)
        asset = source.add_table_asset(audited.staging, table_name=audited.staging)
        batch = asset.add_batch_definition_whole_table("load").get_batch()
        expectations = [expectation_of(check, staging=audited.staging) for check in checks]
        suite = gx.ExpectationSuite(name=audited.staging, expectations=expectations)
        result = batch.validate(suite, result_format="COMPLETE")
    finally:
        for engine in engines:
            engine.dispose()
    found = {each.expectation_config.meta["rule"]: each for each in result.results}
    return [_verdict(check, found[check.rule]) for check in checks]


def _source(context: Any, *, warehouse: URL) -> Any:
    address = warehouse.render_as_string(hide_password=False)
    session = sessions.connect_args(warehouse, **_SETTING)
    with warnings.catch_warnings():
        # It recommends its PostgreSQL source, which refuses an address without a host, as a socket's is.
        warnings.simplefilter("ignore", GxDatasourceWarning)
        return context.data_sources.add_sql("warehouse", connection_string=address, kwargs={"connect_args": session})


def _verdict(check: Check, result: Any) -> Verdict:
    broken = _exception(result.exception_info)
    if broken:
        raise CheckBroken(f"the check {check.rule} could not be carried out: {broken}")
    details = result.result.get("details") or {}
    rows = details.get("unexpected_rows") or []
    offenders = rows[0].get("offenders", len(rows)) if rows else 0
    cells = tuple(_offender(row) for row in rows[:KEPT_OFFENDERS])
    counted = result.result.get("unexpected_count") or offenders or int(not result.success)
    return Verdict(check.rule, check.sentence, check.blocking, bool(result.success), int(counted), cells)


def _offender(row: dict[str, Any]) -> dict[str, Any]:
    """An offender as JSON can keep it: a whole number whole, any other as a float."""
    return {name: _number(cell) for name, cell in row.items() if name != "offenders"}


def _number(cell: Any) -> Any:
    if not isinstance(cell, Decimal | float):
        return cell
    return int(cell) if float(cell).is_integer() else float(cell)


def _exception(info: dict[str, Any] | None) -> str | None:
    """The message of an exception inside a check, which looks like a failed check otherwise."""
    for each in [info or {}, *(value for value in (info or {}).values() if isinstance(value, dict))]:
        if each.get("raised_exception"):
            return str(each.get("exception_message"))
    return None
