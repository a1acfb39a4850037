-- By the tables' numbers, which the planner knows when it plans: it leaves out the partitions of all other tables. Vintages of a
-- table follow one another in time: what was known of it at a moment is what its newest vintage then had. With `offset 0` a series
-- break is looked up once for each row, and not for each of its columns.
create or replace function core.observations_told(as_of timestamptz, wanted_table_ids text[], wanted_area_code text)
returns setof marts.observations language plpgsql stable parallel safe as $$
declare
    wanted smallint[] := (select array_agg(t.table_no) from core.tables t
                          where wanted_table_ids is null or t.table_id = any(wanted_table_ids));
    places smallint[] := (select array_agg(a.area_id) from core.areas a
                          where wanted_area_code is null or a.code = wanted_area_code);
begin
    perform core.known_moment(as_of);
    return query
    with newest as materialized (
        select v.table_no, max(v.vintage_id) as vintage_id from core.vintages v
        where v.table_no = any(wanted) and v.seen_at <= as_of group by v.table_no
    )
    select o.table_id, o.measure, o.area_code, o.period, o.members, o.measure_id, o.member, o.is_total, o.benefit_group, o.unit,
           o.value, o.status, o.area_name, o.period_first_day, o.period_last_day, o.vintage_id, o.publisher_updated_on, o.seen_at,
           o.newest_break[2], o.newest_break[3]
    from (
        select v.table_id, v.measure, v.area_code, v.period, v.members, v.measure_id, v.member, v.is_total, v.benefit_group, v.unit,
               v.value, v.status, v.area_name, v.period_first_day, v.period_last_day, v.vintage_id, v.publisher_updated_on,
               v.seen_at, v.newest_break
        from newest n join core.observation_versions v on v.table_no = n.table_no
        where v.table_no = any(wanted) and v.area_id = any(places) and v.vintage_id <= n.vintage_id
          and (v.superseded_by is null or v.superseded_by > n.vintage_id)
        offset 0
    ) o;
end
$$;

comment on function core.observations_told(timestamptz, text[], text) is
    'One row per observation of some tables (null: of all) and one area (null: of all), as marts.observations would have had it at '
    'that moment; infinity: now.';
