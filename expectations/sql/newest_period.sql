select p.code as period, again.periods_again
from (select max(period_id) as newest from core.observations
      where table_no = {table_no} and superseded_by is null and status <> 'withdrawn') stands
join core.periods p on p.period_id = stands.newest
cross join (select count(distinct o.period_id) as periods_again from core.observations o
            where o.table_no = {table_no} and o.superseded_by is null and o.status <> 'withdrawn'
              and o.period_id in (select period_id from periods)) again
where stands.newest not in (select period_id from periods) and again.periods_again > 1
