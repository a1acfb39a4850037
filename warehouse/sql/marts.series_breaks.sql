-- What its columns mean is in warehouse/marts/views.py.
create or replace view marts.series_breaks as
select b.series_break, t.table_id, t.title as table_title, p.code as first_period, p.first_day as first_period_first_day,
       b.title, b.caveat, b.source
from core.series_breaks b
join core.tables t on t.table_no = b.table_no
join core.periods p on p.period_id = b.first_period_id;
