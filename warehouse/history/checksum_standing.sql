select t.table_id, p.code as at, count(*) as rows,
       encode(sha256(convert_to(string_agg(r.row, E'\n' order by r.row collate "C"), 'UTF8')), 'hex') as sha256
from (
    select o.table_no, o.period_id, json_build_array(a.code, m.name, s.members, o.value, o.status)::text as row
    from core.observations o
    left join core.series s on s.series_id = o.series_id
    left join core.areas a on a.area_id = s.area_id
    left join core.measures m on m.measure_id = s.measure_id
    where o.superseded_by is null
) r
join core.tables t on t.table_no = r.table_no
left join core.periods p on p.period_id = r.period_id
group by t.table_id, p.code order by t.table_id collate "C", p.code collate "C"
