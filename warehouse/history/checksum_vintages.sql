select v.table_id, v.at, count(*) as rows,
       encode(sha256(convert_to(string_agg(v.row, E'\n' order by v.row collate "C"), 'UTF8')), 'hex') as sha256
from (
    select t.table_id, to_char(v.seen_at, 'YYYY-MM-DD HH24:MI:SS.US') as at,
           json_build_array(v.publisher_updated_on, v.content_hash, v.manifest, v.new, v.revised, v.withdrawn,
               v.unchanged, newest.code, v.largest_revision, a.code, m.name, s.members, p.code,
               v.release_reason)::text as row
    from core.vintages v
    join core.tables t on t.table_no = v.table_no
    left join core.periods newest on newest.period_id = v.newest_period_id
    left join core.periods p on p.period_id = v.largest_revision_period_id
    left join core.series s on s.series_id = v.largest_revision_series_id
    left join core.areas a on a.area_id = s.area_id
    left join core.measures m on m.measure_id = s.measure_id
) v
group by v.table_id, v.at order by v.table_id collate "C", v.at
