-- A backfill's vintage counts from the night on that has looked at the whole table since, and found it so.
-- Where a table was looked at and published, and no calendar was ever told, there is nothing to be late against.
-- What its columns mean is in warehouse/marts/views.py.
create or replace view marts.freshness as
select t.table_id, t.title, t.title_en, t.retired_on,
       p.code as newest_period, p.last_day as newest_period_last_day,
       v.publisher_updated_on, v.seen_at,
       calendar.newest_period as publisher_newest_period, calendar.next_release_on,
       latest.outcome as last_outcome, latest.seen_at as last_looked_at, latest.message as last_message,
       case when (t.retired_on is null or t.retired_on > current_date)
                 and not (calendar.newest_period is null and v.seen_at is not null and latest.outcome is not null) then
           coalesce(whole.code >= calendar.newest_period and current_date <= calendar.next_release_on, false)
       end as is_fresh,
       whole.code as newest_whole_period
from core.tables t
left join lateral (select max(seen_at) as at from ops.table_outcomes where table_id = t.table_id and fetched) looked on true
left join lateral (select max(newest_period_id) as period_id,
                          max(newest_period_id) filter (where not backfilled or seen_at <= looked.at) as whole_period_id
                   from core.vintages where table_no = t.table_no) n on true
left join core.periods p on p.period_id = n.period_id
left join core.periods whole on whole.period_id = n.whole_period_id
left join lateral (select publisher_updated_on, seen_at from core.vintages
                   where table_no = t.table_no and (not backfilled or seen_at <= looked.at)
                   order by vintage_id desc limit 1) v on true
left join lateral (select newest_period, next_release_on from ops.table_outcomes
                   where table_id = t.table_id and newest_period is not null
                   order by run_id desc limit 1) calendar on true
left join lateral (select outcome, seen_at, message from ops.table_outcomes
                   where table_id = t.table_id order by run_id desc limit 1) latest on true;
