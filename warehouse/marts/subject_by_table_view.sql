-- Made of the declarations in warehouse/marts/subject_mart.py. A table at a time: PostgreSQL then reads of no other table, however the
-- question is planned.
create or replace view {mart} as
select {columns}
from core.tables t
cross join lateral (
    select {computed}
    from core.observation_versions o{beside}
    where o.superseded_by is null and o.table_no = t.table_no and o.measure = any({measures})
    group by {keys}
) r
where t.table_id = any({tables});
