select t.table_id as "table", t.table_title as title, t.table_title_en as title_en, t.publisher, t.subject, t.period_kind,
       t.retired_on, t.replaced_by, t.feeds, t.is_loaded as loaded, f.newest_period, f.publisher_updated_on, f.seen_at,
       f.next_release_on, f.is_fresh as fresh,
       (select jsonb_agg(jsonb_build_object('measure', m.measure, 'label', m.label, 'unit', m.unit, 'adds_up', m.adds_up)
                         order by m.measure_id)
        from marts.measures m where m.table_id = t.table_id) as measures
from marts.tables t
left join marts.freshness f using (table_id)
where cast(:table as text) is null or t.table_id = :table
order by t.table_id
