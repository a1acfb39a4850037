-- What its columns mean is in warehouse/marts/views.py.
create or replace view marts.freshness as
select f.table_id, f.title, f.title_en, f.retired_on, f.newest_period, f.newest_period_last_day, f.publisher_updated_on, f.seen_at,
       f.publisher_newest_period, f.next_release_on, f.last_outcome, f.last_looked_at, f.last_message, f.is_fresh,
       f.newest_whole_period
from marts.freshness_on((now() at time zone 'Europe/Copenhagen')::date) f;
