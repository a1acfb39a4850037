-- What its columns mean is in warehouse/marts/dimensions.py.
create or replace view marts.benefit_groups as
select g.benefit_group, g.name as benefit_group_name, t.table_id, g.members, g.counted as counted_in_total,
       g.benchmark as benefit_area, g.valid_from, g.valid_until, g.successor
from core.benefit_groups g join core.tables t on t.table_no = g.table_no;
