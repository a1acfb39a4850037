-- The facts as they were known; every as-of answer but those of the benefits rests on it.
create or replace function core.observations_as_of(as_of timestamptz)
returns table (table_no smallint, series_id integer, period_id integer, value double precision, status core.value_status,
               vintage_id integer, publisher_updated_on date, seen_at timestamptz, superseded_at timestamptz)
language sql stable parallel safe as $$
    select o.table_no, o.series_id, o.period_id, o.value, o.status, v.vintage_id, v.publisher_updated_on, v.seen_at,
           following.seen_at
    from core.observations o
    join core.vintages v on v.vintage_id = o.vintage_id
    left join core.vintages following on following.vintage_id = o.superseded_by
    where v.seen_at <= core.known_moment(as_of) and (following.seen_at is null or following.seen_at > as_of)
$$;

comment on function core.observations_as_of(timestamptz) is
    'One row per series and period, as the warehouse would have answered at that moment, with the vintage it rests '
    'on. A moment after the newest vintage gives what stands.';
