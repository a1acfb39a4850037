-- Made of the declarations in warehouse/marts/subject_mart.py. By the tables' numbers, of which each is asked first: PostgreSQL then reads
-- of no other table, however the question is planned.
create or replace view {mart} as
select {columns}
from (
    select {computed}
    from core.observation_versions o
    where o.superseded_by is null and o.table_no in ({numbers}) and o.measure = any({measures})
    group by {keys}
) r;
