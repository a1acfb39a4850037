"""The figures of a municipality's own tables: activation, ordinary hours, exits, targets, surveys, cases and budgets.

A table says what it feeds in its contract; the names of its measures are those docs/sources/local_files.md lists.
"""

from __future__ import annotations

import polars as pl

from warehouse.danish.reservations import SMALLEST_BASE, SMALLEST_COUNT
from warehouse.figures import population
from warehouse.figures.model import EVERY_MEMBER, FEEDS, Figure, Input
from warehouse.formulas import own_tables as formulas
from warehouse.periods import Period

_SOURCE = "The municipality's own table, by its contract"
_GROUP = ("area_code", "period_id")
_KINDS = {"minimum": "minimum", "maksimum": "maximum", "maximum": "maximum"}


def activation_mix(rows: pl.DataFrame) -> pl.DataFrame:
    """Each offer's share of all courses begun, whose number is not told where one of them is hidden."""
    named = rows.rename({"courses_cases": "value", "courses_cases_status": "status"})
    found = formulas.offer_mix(named, by=_GROUP).rename({"value": "courses_cases", "status": "courses_cases_status"})
    told = with_lacking_told(found, rows=rows)
    return told.with_columns(total_cases=pl.when(pl.col("hidden") == 0).then("total_low"))


def exits(rows: pl.DataFrame) -> pl.DataFrame:
    """Each outcome's share, and the persons it means where the number of finished courses is known."""
    return formulas.exits(rows, by=_GROUP, smallest_shown=0)


def followup(rows: pl.DataFrame) -> pl.DataFrame:
    """Each target against what was reached; an item ends in `minimum` or `maksimum`."""
    word = pl.col("item").str.split(", ").list.last().str.to_lowercase()
    kind = word.replace_strict(_KINDS, default=None, return_dtype=pl.String)
    known = rows.with_columns(kind=kind).filter(pl.col("kind").is_not_null())
    return formulas.target_followup(known, smallest_shown=0)


def multi_year_budget(rows: pl.DataFrame) -> pl.DataFrame:
    """A year's lines and, as `I alt`, their sum."""
    entries = rows.with_columns(line="item", year="period_id")
    found = formulas.budget(entries, by=("area_code",)).filter(pl.col("sum_of").is_in(["entry", "year"]))
    about = rows.group_by(_GROUP, maintain_order=True).agg(
        pl.col("period", "day", "basis").first(),
        *(pl.col(name).explode().drop_nulls().unique().sort() for name in ("caveats", "assumptions", "vintages")),
    )
    named = found.with_columns(period_id=pl.col("year").cast(pl.Int32), item=pl.col("line").fill_null("I alt"))
    told, is_sum = named.join(about, on=_GROUP, how="left"), pl.col("sum_of") == "year"
    return pl.concat([told.filter(~is_sum), with_lacking_told(told.filter(is_sum), rows=rows)])


def with_lacking_told(found: pl.DataFrame, *, rows: pl.DataFrame) -> pl.DataFrame:
    """What was computed, with `caveats` that name the lines that an area's table has in other periods and lacks in this.

    Whether such a line is nothing or was left out, the table does not say: a sum over the others may be too small.
    """
    kinds = {key: str(Period.from_key(key).kind) for key in rows["period_id"].unique().to_list()}
    of_kind = rows.select(*_GROUP, "item", kind=pl.col("period_id").replace_strict(kinds, return_dtype=pl.String))
    lines, periods = of_kind.drop("period_id").unique(), of_kind.drop("item").unique()
    gone = periods.join(lines, on=["area_code", "kind"]).join(rows, on=[*_GROUP, "item"], how="anti")
    lacking = gone.group_by(_GROUP).agg(lacking=pl.col("item").sort().str.join(", "))
    said = pl.format("Summen er uden {}, som tabellen har i andre perioder.", "lacking")
    beside = found.join(lacking, on=_GROUP, how="left", maintain_order="left")
    more = pl.when(pl.col("lacking").is_null()).then("caveats").otherwise(pl.concat_list("caveats", said))
    return beside.with_columns(caveats=more).drop("lacking")


def _own(name: str, feeds: str, measure: str, *, item: str | None = EVERY_MEMBER) -> Input:
    return Input(name, f"{FEEDS}{feeds}", measure, item=item)


FIGURES = (
    Figure(
        name="activation_mix",
        title="Aktiveringsforløb efter tilbud",
        title_en="Activation courses by offer",
        formula="100 x courses_cases / sum over offers",
        unit="pct",
        source=_SOURCE,
        inputs=(_own("courses_cases", "activation", "started_cases"),),
        compute=activation_mix,
        value="share_pct",
        rests_on={"share_pct": ("total_low", SMALLEST_BASE)},
        columns={"courses_cases": "cases", "total_cases": "cases"},
    ),
    Figure(
        name="ordinary_hours",
        title="Ydelsesmodtagere med ordinære timer, mod landet",
        title_en="Recipients with ordinary paid hours, against the country",
        formula="share_pct as published; difference_pct_point = share_pct - country_share_pct",
        unit="pct",
        source=_SOURCE,
        inputs=(
            _own("share_pct", "ordinary_hours", "ordinary_hours_pct", item=None),
            _own("persons", "ordinary_hours", "ordinary_hours_persons", item=None),
            Input("country_share_pct", "feeds:ordinary_hours", "ordinary_hours_pct", area="country"),
        ),
        compute=formulas.ordinary_hours,
        value="share_pct",
        rests_on=dict.fromkeys(("share_pct", "difference_pct_point"), ("group_persons", SMALLEST_BASE)),
        columns={
            "persons": "persons",
            "country_share_pct": "pct",
            "difference_pct_point": "pct_point",
            "group_persons": "persons",
        },
    ),
    Figure(
        name="exits",
        title="Status efter afsluttet forløb",
        title_en="What became of those who finished a course",
        formula="share_pct as published; exits_persons = share_pct x finished_cases / 100",
        unit="pct",
        source=_SOURCE,
        inputs=(
            _own("share_pct", "exits", "exits_pct"),
            _own("finished_cases", "exits", "completed_cases", item=None),
            Input("country_share_pct", "feeds:exits", "exits_pct", item=EVERY_MEMBER, area="country"),
        ),
        compute=exits,
        value="share_pct",
        rests_on={"share_pct": ("finished_cases", SMALLEST_BASE)},
        columns={"country_share_pct": "pct", "finished_cases": "cases", "exits_persons": "persons"},
    ),
    Figure(
        name="target_followup",
        title="Opfølgning på måltal, og hvor mange personer der afgør dem",
        title_en="Targets followed up, and how many persons decide them",
        formula="share_pct against target_pct, in persons of finished_cases",
        unit="pct",
        source=_SOURCE,
        inputs=(
            _own("target_pct", "targets", "target_pct"),
            _own("share_pct", "targets", "reached_pct"),
            _own("finished_cases", "targets", "finished_cases"),
        ),
        compute=followup,
        value="share_pct",
        rests_on={"share_pct": ("finished_cases", SMALLEST_BASE)},
        columns={
            "kind": "text",
            "target_pct": "pct",
            "reached": "boolean",
            "finished_cases": "cases",
            "now_persons": "persons",
            "target_persons": "persons",
            "short_persons": "persons",
            "deciding_persons": "persons",
        },
    ),
    Figure(
        name="response_rate",
        title="Svarprocent",
        title_en="Response rate",
        formula="100 x answered_persons / asked_persons",
        unit="pct",
        source=_SOURCE,
        inputs=(
            _own("answered_persons", "survey", "answered_persons", item=None),
            _own("asked_persons", "survey", "sent_persons", item=None),
        ),
        compute=formulas.response_rate,
        value="response_rate_pct",
        rests_on={"response_rate_pct": ("asked_persons", SMALLEST_BASE)},
        columns={"answered_persons": "persons", "asked_persons": "persons"},
    ),
    Figure(
        name="cases_per_1000",
        title="Sager pr. 1.000 indbyggere",
        title_en="Cases per 1,000 inhabitants",
        formula="1000 x cases / population_persons",
        unit="cases",
        source=_SOURCE,
        inputs=(_own("cases", "cases", "*cases"),),
        compute=formulas.cases_per_1000,
        value="per_1000_inhabitants_cases",
        rests_on={"per_1000_inhabitants_cases": ("cases", SMALLEST_COUNT)},
        assumptions=(population.ASSUMED,),
        also_reads=(population.TABLE,),
        columns={"cases": "cases", "population_persons": "persons"},
    ),
    Figure(
        name="multi_year_budget",
        title="Flerårigt budget med summer",
        title_en="Budget of several years with its sums",
        formula="sum over lines of amount_dkk",
        unit="dkk",
        source=_SOURCE,
        inputs=(_own("amount_dkk", "budget", "budget_dkk"),),
        compute=multi_year_budget,
        value="amount_dkk",
    ),
)
