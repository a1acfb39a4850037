-- The rows of marts.revisions that are of a benefit: a view cannot be told which tables it need not look at. What a row
-- became is the next of its cell by vintage, so that an area's rows are read once, however much was revised elsewhere.
create or replace function marts.benefit_revisions_as_of(as_of timestamptz, wanted_area_code text default null,
                                              wanted_measure text default null)
returns setof marts.revisions language plpgsql stable security definer set search_path = pg_catalog as $$
declare
    wanted smallint[] := (select array_agg(distinct b.table_no) from core.benefit_groups b);
    places smallint[] := (select array_agg(a.area_id) from core.areas a
                          where wanted_area_code is null or a.code = wanted_area_code);
begin
    perform core.known_moment(as_of);
    return query
    with counted as materialized (
        select s.series_id, s.table_no, s.area_id, s.measure_id, s.members, g.benefit_group
        from core.series s
        join core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
        join core.measures m on m.measure_id = s.measure_id
        where s.table_no = any(wanted) and s.area_id = any(places) and (wanted_measure is null or m.name = wanted_measure)
    ), cells as (
        select c.*, o.period_id, o.superseded_by, o.value as before_value, o.status::text as before_status,
               lead(o.value) over cell as after_value, lead(o.status::text) over cell as after_status
        from counted c join core.observations o on o.table_no = c.table_no and o.series_id = c.series_id
        where o.table_no = any(wanted)
        window cell as (partition by c.benefit_group, o.series_id, o.period_id order by o.vintage_id)
    )
    select t.table_id, p.code, p.last_day, a.code, a.name, m.name, m.unit, c.members, c.before_value, c.before_status,
           c.after_value, c.after_status, c.after_value - c.before_value, v.vintage_id, v.publisher_updated_on, v.seen_at,
           c.benefit_group, p.first_day
    from cells c
    join core.tables t on t.table_no = c.table_no
    join core.measures m on m.measure_id = c.measure_id
    join core.areas a on a.area_id = c.area_id
    join core.periods p on p.period_id = c.period_id
    join core.vintages v on v.vintage_id = c.superseded_by
    where v.seen_at <= as_of;
end
$$;

comment on function marts.benefit_revisions_as_of(timestamptz, text, text) is
    'The rows of marts.revisions that are of a benefit group and were known at that moment; infinity: now.';
