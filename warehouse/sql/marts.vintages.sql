-- What its columns mean is in warehouse/marts/dimensions.py; the pattern of addresses is ON_THIS_MACHINE of warehouse/settings.py.
create or replace view marts.vintages as
select v.vintage_id, t.table_id, t.title as table_title, v.publisher_updated_on, v.seen_at, v.new::integer as new_cells,
       v.revised::integer as revised_cells, v.withdrawn::integer as withdrawn_cells, v.unchanged::integer as unchanged_cells,
       (select p.code from core.periods p where p.period_id = v.newest_period_id) as newest_period, v.backfilled, v.release_reason,
       (select r.publisher_url ~ '^https?://(127(\.[0-9]+){3}|localhost|\[::1\])(:[0-9]+)?(/|\Z)'
        from ops.runs r where r.run_id = v.run_id) as rehearsed
from core.vintages v
join core.tables t on t.table_no = v.table_no;
