"""Derive: marts are brought up to the facts, table by table, each in one transaction.

What is behind is found by comparing vintages, not by remembering what ran: a derivation that died is made up for by the
next one.
"""

from __future__ import annotations

import json

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.border import crossing
from warehouse.catalogue import BenefitGroup, Catalogue, Table, jobindsats
from warehouse.staging import table_number

_BEHIND = """
select t.table_id from core.tables t
join lateral (select max(vintage_id) as vintage_id from core.vintages where table_no = t.table_no) newest on true
left join lateral (select min(vintage_id) as vintage_id from marts.benefit_recipients where table_id = t.table_id) mart
  on true
where t.table_id = any(:table_ids) and newest.vintage_id is not null
  and mart.vintage_id is distinct from newest.vintage_id
order by t.table_no
"""
_FILL = """
insert into marts.benefit_recipients (benefit_group, benefit_group_name, area_code, area_name, area_kind, period,
    period_first_day, recipients_persons, recipients_persons_status, recipients_full_time_persons,
    recipients_full_time_persons_status, share_of_workforce_pct, share_of_workforce_pct_status, share_of_population_pct,
    share_of_population_pct_status, counted_in_total, back_cast, table_id, vintage_id, publisher_updated_on, seen_at)
select :benefit_group, :name, a.code, a.name, a.kind, p.code, p.first_day,
       max(o.value) filter (where m.name = 'persons'),
       max(o.status) filter (where m.name = 'persons'),
       max(o.value) filter (where m.name = 'full_time_persons'),
       max(o.status) filter (where m.name = 'full_time_persons'),
       max(o.value) filter (where m.name = 'workforce_pct'),
       max(o.status) filter (where m.name = 'workforce_pct'),
       max(o.value) filter (where m.name = 'population_pct'),
       max(o.status) filter (where m.name = 'population_pct'),
       :counted and p.last_day >= coalesce(cast(:valid_from as date), '-infinity')
                and p.first_day <= coalesce(cast(:valid_until as date), 'infinity'),
       p.last_day < coalesce(cast(:valid_from as date), '-infinity'),
       t.table_id, v.vintage_id, v.publisher_updated_on, v.seen_at
from core.observations o
join core.series s on s.series_id = o.series_id
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
join core.periods p on p.period_id = o.period_id
join core.tables t on t.table_no = o.table_no
join lateral (select * from core.vintages where table_no = t.table_no order by vintage_id desc limit 1) v on true
where o.table_no = :table_no and s.table_no = :table_no and o.superseded_by is null and s.members = cast(:members as jsonb)
group by a.area_id, p.period_id, t.table_no, v.vintage_id, v.publisher_updated_on, v.seen_at
"""


@task(name="derive", cache_policy=NO_CACHE)
def derive_marts() -> list[str]:
    """Bring the marts up to the facts; gives the tables whose marts were rebuilt."""
    with crossing() as border:
        with border.engine.connect() as connection:
            behind = tables_behind(connection, catalogue=jobindsats())
        for table_id in behind:
            with border.engine.begin() as connection:
                rebuild(connection, table_id=table_id, catalogue=jobindsats())
    get_run_logger().info("marts rebuilt for %s", ", ".join(behind) or "no table")
    return behind


def tables_behind(connection: Connection, *, catalogue: Catalogue) -> list[str]:
    """The tables whose marts rest on another vintage than the newest."""
    table_ids = sorted({group.table for group in catalogue.benefit_groups})
    return list(connection.scalars(text(_BEHIND), {"table_ids": table_ids}))


def rebuild(connection: Connection, *, table_id: str, catalogue: Catalogue) -> None:
    """Rebuild one table's rows of `marts.benefit_recipients`: one row per benefit group x area x month."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext('marts'), hashtext(:id))"), {"id": table_id})
    connection.execute(text("delete from marts.benefit_recipients where table_id = :id"), {"id": table_id})
    table, table_no = catalogue.table(table_id), table_number(connection, table_id=table_id)
    for group in catalogue.benefit_groups:
        if group.table == table_id:
            connection.execute(text(_FILL), _parameters(group, table=table) | {"table_no": table_no})


def _parameters(group: BenefitGroup, *, table: Table) -> dict[str, object]:
    members = table.root_members
    if group.member is not None:
        members = {hierarchy.dimension: group.member for hierarchy in table.breakdowns}
    return {
        "benefit_group": group.id,
        "name": group.name,
        "counted": group.counted,
        "valid_from": group.valid_from,
        "valid_until": group.until,
        "members": json.dumps(members, ensure_ascii=False),
    }
