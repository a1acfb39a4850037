-- What its columns mean is in warehouse/marts/views.py.
create or replace view marts.revisions as
select t.table_id, p.code as period, p.last_day as period_last_day, a.code as area_code, a.name as area_name,
       m.name as measure, m.unit, s.members,
       was.value as before_value, was.status::text as before_status,
       became.value as after_value, became.status::text as after_status,
       became.value - was.value as change_value,
       v.vintage_id, v.publisher_updated_on, v.seen_at, g.benefit_group, p.first_day as period_first_day
from core.observations was
join core.observations became on became.table_no = was.table_no and became.series_id = was.series_id
     and became.period_id = was.period_id and became.vintage_id = was.superseded_by
join core.series s on s.series_id = was.series_id
join core.tables t on t.table_no = was.table_no
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
join core.periods p on p.period_id = was.period_id
join core.vintages v on v.vintage_id = was.superseded_by
left join core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
where was.superseded_by is not null;
