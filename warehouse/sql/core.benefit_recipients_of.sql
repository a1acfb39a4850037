-- What marts.benefit_recipients is filled from. Vintages of a table follow one another in time: what was known of it at a
-- moment is what its newest vintage then had. Of several tables at once: a table at a time is a plan at a time.
create or replace function core.benefit_recipients_of(wanted smallint[], as_of timestamptz, wanted_area_code text default null)
returns setof marts.benefit_recipients language sql stable parallel safe as $$
    with newest as materialized (
        select distinct on (v.table_no) v.table_no, v.vintage_id, v.publisher_updated_on, v.seen_at, t.table_id
        from core.vintages v join core.tables t on t.table_no = v.table_no
        where v.table_no = any(wanted) and v.seen_at <= as_of order by v.table_no, v.vintage_id desc
    ), counted as materialized (
        select s.series_id, s.table_no, s.area_id, m.name as measure, g.benefit_group, newest.vintage_id
        from core.series s
        join core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
        join core.measures m on m.measure_id = s.measure_id
        join newest on newest.table_no = s.table_no
        where s.table_no = any(wanted)
          and s.area_id = any(array(select area.area_id from core.areas area
                                    where wanted_area_code is null or area.code = wanted_area_code))
    ), cells as materialized (
        select c.table_no, c.benefit_group, c.area_id, o.period_id,
               max(o.value) filter (where c.measure = 'persons') as persons,
               max(o.status) filter (where c.measure = 'persons') as persons_status,
               max(o.value) filter (where c.measure = 'full_time_persons') as full_time_persons,
               max(o.status) filter (where c.measure = 'full_time_persons') as full_time_persons_status,
               max(o.value) filter (where c.measure = 'workforce_pct') as workforce_pct,
               max(o.status) filter (where c.measure = 'workforce_pct') as workforce_pct_status,
               max(o.value) filter (where c.measure = 'population_pct') as population_pct,
               max(o.status) filter (where c.measure = 'population_pct') as population_pct_status
        from counted c join core.observations o on o.table_no = c.table_no and o.series_id = c.series_id
        where o.table_no = any(wanted) and o.vintage_id <= c.vintage_id
          and (o.superseded_by is null or o.superseded_by > c.vintage_id)
        group by c.table_no, c.benefit_group, c.area_id, o.period_id
    ), told as materialized (
        select distinct on (g.benefit_group, b.first_period_id) g.benefit_group, b.first_period_id, b.series_break, b.caveat
        from core.benefit_groups g
        join core.series_breaks b on b.table_no = g.table_no and core.is_concerned(g.members, b.members)
        where g.table_no = any(wanted) order by g.benefit_group, b.first_period_id, b.series_break
    ), breaks as materialized (
        select *, lead(first_period_id) over (partition by benefit_group order by first_period_id) as until from told
    )
    select g.benefit_group, g.name, a.code, a.name, a.kind, p.code, p.first_day,
           c.persons::integer, c.persons_status::text, c.full_time_persons::integer, c.full_time_persons_status::text,
           c.workforce_pct, c.workforce_pct_status::text, c.population_pct, c.population_pct_status::text,
           g.counted and p.last_day >= coalesce(g.valid_from, '-infinity')
                     and p.first_day <= coalesce(g.valid_until, 'infinity'),
           p.last_day < coalesce(g.valid_from, '-infinity'),
           newest.table_id, newest.vintage_id, newest.publisher_updated_on, newest.seen_at, b.series_break, b.caveat,
           p.last_day
    from cells c
    join core.benefit_groups g on g.benefit_group = c.benefit_group
    join newest on newest.table_no = c.table_no
    join core.areas a on a.area_id = c.area_id
    join core.periods p on p.period_id = c.period_id
    left join breaks b on b.benefit_group = c.benefit_group and b.first_period_id <= c.period_id
                      and (b.until is null or b.until > c.period_id)
$$;

comment on function core.benefit_recipients_of(smallint[], timestamptz, text) is
    'One row per benefit group of the tables, area and month, as the warehouse would have answered at that moment; '
    'infinity: now.';
