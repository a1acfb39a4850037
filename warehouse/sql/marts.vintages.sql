-- What its columns mean is in warehouse/marts/dimensions.py.
create or replace view marts.vintages as
select v.vintage_id, t.table_id, t.title as table_title, v.publisher_updated_on, v.seen_at, v.new::integer as new_cells,
       v.revised::integer as revised_cells, v.withdrawn::integer as withdrawn_cells, v.unchanged::integer as unchanged_cells,
       (select p.code from core.periods p where p.period_id = v.newest_period_id) as newest_period, v.backfilled, v.release_reason
from core.vintages v
join core.tables t on t.table_no = v.table_no;
