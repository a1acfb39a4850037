-- What its columns mean is in warehouse/marts/views.py.
create or replace view marts.series_breaks as
select b.series_break, t.table_id, t.title as table_title, p.code as first_period, p.first_day as first_period_first_day,
       b.title, b.caveat, b.source,
       (select string_agg(member, '; ') from jsonb_array_elements_text(b.members) member) as members,
       (select string_agg(g.name, '; ' order by g.name collate "C") from core.benefit_groups g
        where g.table_no = b.table_no and core.is_concerned(g.members, b.members)) as benefit_groups
from core.series_breaks b
join core.tables t on t.table_no = b.table_no
join core.periods p on p.period_id = b.first_period_id;
