-- What its columns mean is in warehouse/marts/views.py.
create or replace view marts.known_moments as
select v.vintage_id, t.table_id, t.title as table_title, v.publisher_updated_on, v.seen_at
from core.vintages v join core.tables t using (table_no);
