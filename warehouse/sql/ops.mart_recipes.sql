-- Rows of the marts have the names of areas in them.
create or replace view ops.mart_recipes as
select t.table_id,
       md5(concat((select string_agg(g::text, '|' order by g.benefit_group) from core.benefit_groups g
                   where g.table_no = t.table_no),
                  (select string_agg(b::text, '|' order by b.series_break) from core.series_breaks b
                   where b.table_no = t.table_no),
                  (select string_agg(concat_ws('|', a.code, a.name, a.kind), '|' order by a.area_id)
                   from core.areas a))) as recipe
from core.tables t;

comment on view ops.mart_recipes is
    'One row per publisher table: what the catalogue says now of its benefits, series breaks and areas.';
comment on column ops.mart_recipes.table_id is 'The publisher''s table.';
comment on column ops.mart_recipes.recipe is
    'MD5 of its rows in core.benefit_groups and core.series_breaks, and of core.areas.';
