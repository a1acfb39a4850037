-- One row per measure and period that is open: the measure shows nothing in it nor after it, and showed something before,
-- what counts persons a large count, since a small one may be hidden. The cells of the country are few, and alone are looked
-- at; where a load has none of them, all areas tell.
with series as materialized (
    select s.series_id, s.measure_id, m.unit in ({counts}) as can_hide, a.kind = 'country' as is_country
    from core.series s
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
    where s.table_no = :table_no
), country as materialized (
    select exists (select from staging.{name} b join series on series.series_id = b.series_id where series.is_country) as is_there
), asked as materialized (
    select series.* from series cross join country where series.is_country or not country.is_there
), telling as materialized (
    select asked.measure_id, asked.can_hide, b.period_id, count(b.value) as shown, max(b.value) as largest
    from staging.{name} b join asked on asked.series_id = b.series_id
    group by asked.measure_id, asked.can_hide, b.period_id
), measures as (
    select measure_id, max(period_id) filter (where shown > 0) as last_shown,
           bool_and(not can_hide) or max(largest) >= :large as is_large
    from telling group by measure_id
), silent as (
    select period_id from telling group by period_id having sum(shown) = 0
)
select t.measure_id, t.period_id
from telling t join measures m on m.measure_id = t.measure_id
where t.period_id > m.last_shown
  and (m.is_large or (t.period_id in (select period_id from silent) and (select bool_or(is_large) from measures)))
