-- What its columns mean is in warehouse/marts/dimensions.py. A Danish alphabet ends in æ, ø and å, which no collation is asked for.
create or replace view marts.areas as
select a.code as area_code, a.code4 as area_code4, a.name as area_name, a.kind as area_kind,
       case a.kind when 'region' then a.code when 'landsdel' then parent.code when 'municipality' then above.code end as region_code,
       case a.kind when 'region' then a.name when 'landsdel' then parent.name when 'municipality' then above.name end as region_name,
       case a.kind when 'landsdel' then a.code when 'municipality' then parent.code end as landsdel_code,
       case a.kind when 'landsdel' then a.name when 'municipality' then parent.name end as landsdel_name,
       a.municipality_group, a.nuts3, people.persons as inhabitants_persons, people.counted_on as inhabitants_on,
       array_position((select array_agg(each.area_id order by array_position(array['country', 'region', 'landsdel', 'municipality'],
                                                                             each.kind),
                                        translate(lower(each.name), 'æøåÆØÅ', '{|}{|}') collate "C")
                       from core.areas each), a.area_id) as area_order,
       a.valid_from, a.valid_to
from core.areas a
left join core.areas parent on parent.code = a.parent_code
left join core.areas above on above.code = parent.parent_code
left join core.inhabitants people on people.area_code = a.code;
