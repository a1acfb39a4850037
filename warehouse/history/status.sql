-- One row per table of the catalogue or the warehouse, in the order of their numbers; a rehearsal has a today of its own.
select f.table_id as "table", f.title, f.newest_period, f.publisher_updated_on, f.seen_at, f.next_release_on as next_release,
       f.last_outcome as outcome, coalesce(f.retired_on <= :today, false) as retired,
       f.is_fresh as fresh,
       coalesce(v.observations, 0) as observations, coalesce(v.vintages, 0) as vintages, f.last_message as message
from marts.freshness_on(:today) f join core.tables t using (table_id)
left join (select table_no, sum(new - withdrawn) as observations, count(*) as vintages from core.vintages group by table_no) v
  on v.table_no = t.table_no
order by t.table_no
