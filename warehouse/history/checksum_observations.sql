-- Nothing is dropped by a join: a row whose vintage or series is gone is a difference, not a blank.
with named as materialized (
    select s.series_id, json_build_array(a.code, m.name, s.members)::text as name
    from core.series s
    join core.areas a on a.area_id = s.area_id
    join core.measures m on m.measure_id = s.measure_id
    where s.table_no = :table_no
), known as (
    select vintage_id, to_char(seen_at, 'YYYY-MM-DD HH24:MI:SS.US') as at from core.vintages
), by_period as (
    select o.vintage_id, p.code as period, count(*) as rows,
           encode(sha256(convert_to(string_agg(concat_ws(' ', coalesce(n.name, 'no series'), coalesce(o.value::text, '-'),
               o.status::text, case when o.superseded_by is null then 'stands' else coalesce(f.at, 'no vintage') end),
               E'\n' order by n.name collate "C"), 'UTF8')), 'hex') as sha256
    from core.observations o
    left join named n on n.series_id = o.series_id
    left join core.periods p on p.period_id = o.period_id
    left join known f on f.vintage_id = o.superseded_by
    where o.table_no = :table_no
    group by o.vintage_id, p.code
)
select coalesce(v.at, 'no vintage') as at, sum(b.rows) as rows,
       encode(sha256(convert_to(string_agg(concat_ws(' ', coalesce(b.period, 'no period'), b.sha256),
           E'\n' order by b.period collate "C"), 'UTF8')), 'hex') as sha256
from by_period b left join known v on v.vintage_id = b.vintage_id
group by v.at order by v.at nulls first
