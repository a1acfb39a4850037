-- What its columns mean is in warehouse/marts/dimensions.py.
create or replace view marts.measures as
select m.measure_id, t.table_id, m.name as measure, m.label, m.unit, m.adds_up
from core.measures m join core.tables t on t.table_no = m.table_no;
