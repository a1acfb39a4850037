-- What is expected is every counted benefit of every area in every month: marts.total_of says what that comes to.
create or replace function marts.benefit_average_as_of(as_of timestamptz, area_codes text[], first_month date, last_month date)
returns table (areas integer, months integer, average_full_time_persons double precision,
               average_low_full_time_persons double precision, average_high_full_time_persons double precision, status text,
               parts integer, parts_expected integer, missing text, hidden text, vintages text,
               series_break_caveat text) language plpgsql stable security definer set search_path = pg_catalog as $$
#variable_conflict use_column
begin
    perform core.known_moment(as_of);
    if not coalesce(first_month <= last_month and extract(day from first_month) = 1 and extract(day from last_month) = 1
                    and cardinality(area_codes) > 0 and (area_codes = array['000'] or not '000' = any(area_codes))
                    and area_codes <@ (select array_agg(a.code) from core.areas a where a.kind in ('municipality', 'country')),
                    false) then
        raise exception 'areas are codes of municipalities, or the country''s alone, and months the first days of the first and '
            'the last: % from % to % is not so', area_codes, first_month, last_month using errcode = 'invalid_parameter_value';
    end if;
    return query
    with expected as (
        select a.code, m.first_day, part.benefit, concat_ws(' ', a.name, to_char(m.first_day, 'YYYY"M"MM'), part.benefit) as name,
               e.series_break_caveat as caveat
        from core.areas a
        cross join lateral (select generate_series(first_month, last_month, interval '1 month')::date as first_day) m
        left join core.counted_benefits e on e.first_day = m.first_day
        cross join lateral unnest(coalesce(e.names, array['alle ydelser'])) part (benefit)
        where a.code = any(area_codes)
    ), came as materialized (
        select b.* from core.areas a, lateral marts.benefit_recipients_as_of(as_of, a.code) b
        where a.code = any(area_codes) and b.counted_in_total and b.period_first_day between first_month and last_month
    ), together as (
        select array_agg(e.name order by e.code, e.first_day, e.benefit collate "C") as names,
               array_agg(e.name) filter (where c.area_code is not null) as come,
               array_agg(c.recipients_full_time_persons::double precision) filter (where c.area_code is not null) as counts,
               array_agg(c.recipients_full_time_persons_status) filter (where c.area_code is not null) as statuses,
               count(distinct e.code)::integer as areas, count(distinct e.first_day)::integer as months,
               coalesce(array_to_string(array_agg(distinct c.vintage_id order by c.vintage_id)
                                            filter (where c.area_code is not null), ', '), '') as vintages,
               case when count(distinct coalesce(e.caveat, '')) > 1 then (array_agg(e.caveat order by e.first_day desc))[1] end
                   as caveat
        from expected e
        left join came c on c.area_code = e.code and c.period_first_day = e.first_day and c.benefit_group_name = e.benefit
    )
    select g.areas, g.months, t.value / g.months, t.low / g.months, t.high / g.months, t.status, t.parts, t.parts_expected,
           t.missing, t.hidden, g.vintages, g.caveat
    from together g cross join lateral marts.total_of(g.names, g.come, g.counts, g.statuses) t;
end
$$;

comment on function marts.benefit_average_as_of(timestamptz, text[], date, date) is
    'One row: the full-time persons on all counted benefits of some municipalities together, or of the country, a month on '
    'average over the months from the first to the last, as it was known at that moment; infinity: now. Null unless every '
    'part was observed. Shares are never added or averaged, so there is no such function for them.';
