-- How many days late each table is that was ever looked at: since its release was due, or since a night first saw the newer
-- period that is not here (it was stopped, or could not be fetched). Null: there is nothing to be late against.
select f.table_id, f.title, f.newest_whole_period as newest_period, f.next_release_on, f.publisher_newest_period,
       v.vintages, case when f.is_fresh then 0
           else greatest(cast(:today as date) - f.next_release_on, cast(:today as date) - lacking.since, 0) end as days_late
from marts.freshness_on(cast(:today as date), cast(:as_of as timestamptz)) f
left join lateral (
    select min(cast(o.seen_at at time zone 'Europe/Copenhagen' as date)) as since from ops.table_outcomes o
    where o.table_id = f.table_id and o.newest_period = f.publisher_newest_period and o.seen_at <= cast(:as_of as timestamptz)
      and coalesce(f.newest_whole_period < f.publisher_newest_period, true)) lacking on true
left join lateral (
    select array_agg(n.vintage_id order by n.vintage_id desc) as vintages
    from (select m.vintage_id from marts.known_moments m where m.table_id = f.table_id
          and m.seen_at <= cast(:as_of as timestamptz) order by m.vintage_id desc limit 1) n) v on true
where f.is_fresh is not null and f.last_outcome is not null
order by f.table_id
