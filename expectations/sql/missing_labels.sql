select gone.dimension, gone.label, count(*) as published_cells from (
    select named.dimension, named.label
    from changes join core.series s on s.series_id = changes.series_id
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
    cross join lateral (select 'measure' as dimension, m.name as label union all select 'area', a.name
                        union all select key, value from jsonb_each_text(s.members)) named
    where changes.change = 'withdrawn'
) gone
where (gone.dimension, gone.label) not in (
    select named.dimension, named.label
    from series join core.areas a on a.area_id = series.area_id
    cross join lateral (select 'measure' as dimension, series.measure as label union all select 'area', a.name
                        union all select key, value from jsonb_each_text(series.members)) named
)
group by gone.dimension, gone.label
