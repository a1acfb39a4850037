-- The one definition of a total: it has a value where every part that is expected was observed. A hidden part is none, one or
-- two persons (in Python: LARGEST_HIDDEN in warehouse/formulas/benefits.py); a part that lacks leaves no upper bound.
create or replace function marts.total_of(expected text[], names text[], counts double precision[], statuses text[])
returns table (value double precision, low double precision, high double precision, status text, parts integer,
               parts_expected integer, missing text, hidden text) language sql immutable parallel safe as $$
    select case when t.observed = t.parts_expected then t.shown end,
           case when t.observed + t.hidden > 0 then t.shown end,
           case when t.observed + t.hidden = t.parts_expected then t.shown + 2 * t.hidden end,
           t.status, t.observed + t.hidden, t.parts_expected, coalesce(t.missing_names, ''), coalesce(t.hidden_names, '')
    from (
        select count(*)::integer as parts_expected,
               (count(*) filter (where part.status = 'observed'))::integer as observed,
               (count(*) filter (where part.status = 'suppressed'))::integer as hidden,
               coalesce(sum(part.count) filter (where part.status = 'observed'), 0) as shown,
               string_agg(part.name, ', ' order by part.place) filter (where part.rank > 2) as missing_names,
               string_agg(part.name, ', ' order by part.place) filter (where part.rank = 2) as hidden_names,
               (array['observed', 'suppressed', 'not_yet', 'withdrawn', 'missing'])[max(part.rank)] as status
        from (
            select e.name, e.place, c.count, coalesce(c.status, 'missing') as status,
                   array_position(array['observed', 'suppressed', 'not_yet', 'withdrawn', 'missing'],
                                  coalesce(c.status, 'missing')) as rank
            from unnest(expected) with ordinality e (name, place)
            left join unnest(names, counts, statuses) c (name, count, status) on c.name = e.name
        ) part
    ) t
$$;

comment on function marts.total_of(text[], text[], double precision[], text[]) is
    'One row: the sum of the parts that are expected, by their names. The value is null unless all were observed; low counts '
    'hidden and lacking parts as 0, high hidden ones as 2, and is null where a part lacks; parts are those that are there, '
    'shown or hidden; status is the worst of a part''s.';
