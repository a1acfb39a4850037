"""The mart of benefit recipients, in persons, full-time persons and per cent, and how it is filled.

One row per benefit group, area and month, as the newest vintage of the benefit's own table has it. Source: Jobindsats.dk
/ STAR. The database computes the rows (`core.benefit_recipients_of`) by what the catalogue says of benefits and series
breaks (`ops.mart_recipes`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Double, Index, Integer, Table, Text, text

from warehouse.catalogue.model import Catalogue
from warehouse.danish.reservations import SMALLEST_COUNT
from warehouse.database import reader_role
from warehouse.marts.columns import area_and_month, last_day, series_break
from warehouse.marts.declaration import mart
from warehouse.schema.core import MOMENT, described, metadata, optional


def _counted(name: str, english: str, danish: str) -> tuple[Column[Any], Column[Any]]:
    return (
        optional(
            name,
            Integer if name.endswith("_persons") else Double,
            f"{english} Null unless observed; a null is never a zero.",
            f"{danish} Tom, hvis tallet ikke er oplyst; tom betyder aldrig nul.",
        ),
        optional(
            f"{name}_status",
            Text,
            f"Status of {name}: observed, suppressed, not_yet or withdrawn.",
            f"Status for {name}: observed (oplyst), suppressed (skjult), not_yet (endnu ikke opgjort) eller "
            "withdrawn (trukket tilbage af kilden).",
        ),
    )


benefit_recipients = Table(
    "benefit_recipients",
    metadata,
    described("benefit_group", Text, "Our id of the benefit.", "Ydelsens id i datavarehuset.", primary_key=True),
    described("benefit_group_name", Text, "Its Danish name.", "Ydelsens navn."),
    *area_and_month(),
    *_counted(
        "recipients_persons",
        "Persons who received the benefit in the month.",
        "Antal personer, der fik ydelsen i løbet af måneden.",
    ),
    *_counted(
        "recipients_full_time_persons",
        "The month's benefit volume as persons on the benefit all month.",
        "Månedens ydelsesforbrug omregnet til fuldtidspersoner, dvs. personer på ydelsen hele måneden.",
    ),
    *_counted(
        "share_of_workforce_pct",
        "Full-time persons in per cent of the workforce aged 16 to 66.",
        "Fuldtidspersoner i procent af arbejdsstyrken på 16-66 år.",
    ),
    *_counted(
        "share_of_population_pct",
        "Full-time persons in per cent of the population aged 16 to 66.",
        "Fuldtidspersoner i procent af befolkningen på 16-66 år.",
    ),
    described(
        "counted_in_total",
        Boolean,
        "Whether the row belongs in a sum over all benefits: the papers count it and the benefit was in force.",
        "Om rækken hører med i en sum over alle ydelser: ydelsen tælles med i sagsfremstillingerne og var i kraft.",
    ),
    described(
        "back_cast",
        Boolean,
        "The month lies before the benefit existed: the publisher's back-cast.",
        "Måneden ligger før ydelsen fandtes: kilden har beregnet den bagudrettet.",
    ),
    described("table_id", Text, "The publisher's table it comes from.", "Den tabel hos kilden, tallet kommer fra."),
    described(
        "vintage_id",
        Integer,
        "The table's newest vintage, on which the row rests.",
        "Tabellens nyeste udgave, som rækken hviler på.",
    ),
    optional(
        "publisher_updated_on", Date, "The publisher's date of that vintage.", "Kildens opdateringsdato for den udgave."
    ),
    described("seen_at", MOMENT, "When we saw that vintage.", "Hvornår vi så den udgave."),
    *series_break(),
    last_day(),
    Index(None, "area_code", "period"),
    Index(None, "table_id", "vintage_id"),
    **mart(
        "One row per benefit group, area and month, as the newest vintage has it. Do not add rows up: all benefits "
        "together stand in marts.benefit_totals, which says what lacks. Shares are never added or averaged.",
        "Én række pr. ydelse, område og måned efter nyeste udgave. Læg ikke rækker sammen: alle ydelser under ét står i "
        "marts.benefit_totals, som siger, hvad der mangler. Andele lægges aldrig sammen og tages aldrig gennemsnit af.",
        hashed_by=("table_id", "period"),
        years_by="period_first_day",
    ),
)

for _share in ("share_of_workforce_pct", "share_of_population_pct"):
    benefit_recipients.columns[_share].info["rests_on"] = ("recipients_full_time_persons", SMALLEST_COUNT)

MARTS = (benefit_recipients,)

_BEHIND = """
select t.table_id from core.tables t
join ops.mart_recipes recipe using (table_id)
join lateral (select max(vintage_id) as vintage_id from core.vintages where table_no = t.table_no) newest on true
left join lateral (select min(vintage_id) as vintage_id from marts.benefit_recipients where table_id = t.table_id) mart
  on true
left join ops.mart_builds built using (table_id)
where t.table_id = any(:table_ids) and newest.vintage_id is not null
  and (mart.vintage_id, built.recipe) is distinct from (newest.vintage_id, recipe.recipe)
order by t.table_no
"""

_BUILT = """
insert into ops.mart_builds (table_id, recipe) select table_id, recipe from ops.mart_recipes where table_id = :table_id
on conflict (table_id) do update set recipe = excluded.recipe
"""

# An area's rows lie side by side: that is how they are read.
_FILL = """
insert into marts.benefit_recipients
select * from core.benefit_recipients_of(array[cast(:table_no as smallint)], 'infinity')
order by area_code, benefit_group, period_first_day
"""


def tables_behind(connection: Connection, *, catalogue: Catalogue) -> list[str]:
    """The tables whose marts rest on another vintage than the newest, or on other words of the catalogue."""
    table_ids = sorted({group.table for group in catalogue.benefit_groups})
    return list(connection.scalars(text(_BEHIND), {"table_ids": table_ids}))


def rebuild(connection: Connection, *, table_id: str) -> None:
    """Rebuild one table's rows of `marts.benefit_recipients`: one row per benefit group x area x month."""
    # It brings polars and numpy, and every command loads what marts are.
    from warehouse.history.staging import table_number

    connection.execute(text("select pg_advisory_xact_lock(hashtext('marts'), hashtext(:id))"), {"id": table_id})
    connection.execute(text("delete from marts.benefit_recipients where table_id = :id"), {"id": table_id})
    connection.execute(text(_FILL), {"table_no": table_number(connection, table_id=table_id)})
    connection.execute(text(_BUILT), {"table_id": table_id})
    reader_role.renew(connection)


_GROWN = """
select count(*) > 1.1 * greatest((select reltuples from pg_class where oid = 'marts.benefit_recipients'::regclass), 0)
    or not exists (select from pg_stats where schemaname = 'marts' and tablename = 'benefit_recipients')
from marts.benefit_recipients
"""


def analyze(connection: Connection) -> None:
    """Tell the planner of the mart's rows where it knows of fewer, or nothing of them: it takes a mart made anew for empty."""
    if connection.scalar(text(_GROWN)):
        connection.execute(text("analyze marts.benefit_recipients"))
