-- What its columns mean is in warehouse/marts/dimensions.py.
create or replace view marts.tables as
select t.table_id, t.title as table_title, t.title_en as table_title_en, t.publisher, t.declaration ->> 'subject' as subject,
       t.period_kind, t.retired_on, t.replaced_by, t.feeds,
       exists (select from core.vintages v where v.table_no = t.table_no) as is_loaded
from core.tables t;
