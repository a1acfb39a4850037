-- What marts.freshness says, as of a moment and for a page that is made on a day; what its columns mean is in warehouse/marts/views.py.
-- A backfill's vintage counts from the night on that has looked at the whole table since, and found it so.
-- Where a table was looked at and published, and no calendar was ever told, there is nothing to be late against; nor is there
-- where the publisher's newest is held and no release announced, as of a table that StatBank updates without a word before.
create or replace function marts.freshness_on(today date, as_of timestamptz default 'infinity')
returns table (table_id text, title text, title_en text, retired_on date, newest_period text, newest_period_last_day date,
               publisher_updated_on date, seen_at timestamptz, publisher_newest_period text, next_release_on date,
               last_outcome text, last_looked_at timestamptz, last_message text, is_fresh boolean, newest_whole_period text)
language sql stable security definer set search_path = pg_catalog as $$
    select t.table_id, t.title, t.title_en, t.retired_on, p.code, p.last_day, v.publisher_updated_on, v.seen_at,
           calendar.newest_period, calendar.next_release_on, latest.outcome, latest.seen_at, latest.message,
           case when (t.retired_on is null or t.retired_on > today)
                     and not (calendar.newest_period is null and v.seen_at is not null and latest.outcome is not null)
                     and not (calendar.next_release_on is null and coalesce(whole.code >= calendar.newest_period, false)) then
               coalesce(whole.code >= calendar.newest_period and today <= calendar.next_release_on, false)
           end, whole.code
    from core.tables t
    left join lateral (select max(o.seen_at) as at from ops.table_outcomes o
                       where o.table_id = t.table_id and o.fetched and o.seen_at <= as_of) looked on true
    left join lateral (select max(n.newest_period_id) as period_id, max(n.newest_period_id)
                                  filter (where not n.backfilled or n.seen_at <= looked.at) as whole_period_id
                       from core.vintages n where n.table_no = t.table_no and n.seen_at <= as_of) n on true
    left join core.periods p on p.period_id = n.period_id
    left join core.periods whole on whole.period_id = n.whole_period_id
    left join lateral (select n.publisher_updated_on, n.seen_at from core.vintages n
                       where n.table_no = t.table_no and n.seen_at <= as_of and (not n.backfilled or n.seen_at <= looked.at)
                       order by n.vintage_id desc limit 1) v on true
    left join lateral (select o.newest_period, o.next_release_on from ops.table_outcomes o
                       where o.table_id = t.table_id and o.newest_period is not null and o.seen_at <= as_of
                       order by o.run_id desc limit 1) calendar on true
    left join lateral (select o.outcome, o.seen_at, o.message from ops.table_outcomes o
                       where o.table_id = t.table_id and o.seen_at <= as_of order by o.run_id desc limit 1) latest on true
$$;

comment on function marts.freshness_on(date, timestamptz) is
    'One row per table: how fresh it was on that day, by what was known at that moment; infinity: now.';
