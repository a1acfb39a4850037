-- What its columns mean is in warehouse/marts/star.py.
create or replace view marts.observations as
select o.table_id, o.measure, o.area_code, o.period, o.members, o.measure_id, o.member, o.is_total, o.benefit_group, o.unit, o.value,
       o.status, o.area_name, o.period_first_day, o.period_last_day, o.vintage_id, o.publisher_updated_on, o.seen_at, o.series_break,
       o.series_break_caveat
from core.observation_versions o
where o.superseded_by is null;
