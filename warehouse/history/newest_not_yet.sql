-- The cells of the country are few; where a table has none of them, all areas tell. A period is open in a measure that shows
-- nothing in it nor after it, and showed something before: what counts persons a large count, since a small one may be hidden.
with cells as (
    select s.measure_id, m.unit in ({counts}) as can_hide, b.period_id, b.value, a.kind = 'country' as is_country
    from staging.{name} b
    join core.series s on s.series_id = b.series_id
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
), telling as (
    select measure_id, can_hide, period_id, count(value) as shown, max(value) as largest
    from cells where is_country or not (select bool_or(is_country) from cells)
    group by measure_id, can_hide, period_id
), measures as (
    select measure_id, max(period_id) filter (where shown > 0) as last_shown,
           bool_and(not can_hide) or max(largest) >= :large as is_large
    from telling group by measure_id
), silent as (
    select period_id from telling group by period_id having sum(shown) = 0
), open as (
    select t.measure_id, t.period_id
    from telling t join measures m on m.measure_id = t.measure_id
    where t.period_id > m.last_shown
      and (m.is_large or (t.period_id in (select period_id from silent) and (select bool_or(is_large) from measures)))
)
update staging.{name} b set status = 'not_yet'
from core.series s join open on open.measure_id = s.measure_id
where b.series_id = s.series_id and b.period_id = open.period_id and b.status = 'suppressed'
