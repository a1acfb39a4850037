-- What its columns mean is in warehouse/marts/dimensions.py. A Danish alphabet ends in æ, ø and å, and aa is sorted as å; no
-- collation is asked for it.
-- What a municipality lies in is looked up in the column: who joins areas to facts has one relation more to plan for, not four.
create or replace view marts.areas as
select a.code as area_code, a.code4 as area_code4, a.name as area_name, a.kind as area_kind,
       (select r.code from core.areas r where r.code = case a.kind when 'region' then a.code when 'landsdel' then a.parent_code
           when 'municipality' then (select l.parent_code from core.areas l where l.code = a.parent_code) end) as region_code,
       (select r.name from core.areas r where r.code = case a.kind when 'region' then a.code when 'landsdel' then a.parent_code
           when 'municipality' then (select l.parent_code from core.areas l where l.code = a.parent_code) end) as region_name,
       (select l.code from core.areas l where l.code = case a.kind when 'landsdel' then a.code when 'municipality' then a.parent_code
           end) as landsdel_code,
       (select l.name from core.areas l where l.code = case a.kind when 'landsdel' then a.code when 'municipality' then a.parent_code
           end) as landsdel_name,
       a.municipality_group, a.nuts3, people.persons as inhabitants_persons, people.counted_on as inhabitants_on,
       array_position((select array_agg(each.area_id order by array_position(array['country', 'region', 'landsdel', 'municipality'],
                                                                             each.kind),
                                        replace(translate(lower(each.name), 'æøåÆØÅ', '{|}{|}'), 'aa', '}') collate "C")
                       from core.areas each), a.area_id) as area_order,
       a.valid_from, a.valid_to
from core.areas a
left join core.inhabitants people on people.area_code = a.code;
