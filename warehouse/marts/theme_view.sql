-- Made of the declarations in warehouse/marts/themes.py.
create or replace view {mart} as
select {columns}
from marts.observations o{beside}
where o.table_id = any({tables}) and o.measure = any({measures})
group by {keys};
