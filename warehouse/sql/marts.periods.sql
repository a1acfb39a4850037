-- What its columns mean is in warehouse/marts/dimensions.py. A period's number is its kind, year and number: 2026M07 is 1202607.
create or replace view marts.periods as
select p.code as period, p.kind as period_kind, p.first_day as period_first_day, p.last_day as period_last_day,
       p.period_id / 100 % 10000 as year, p.period_id % 100 as number,
       case p.kind when 'M' then month.da || ' ' || year.written when 'Q' then quarter.last when 'Y' then year.written
                   when 'MYTD' then case when p.period_id % 100 > 1 then 'januar–' || month.da else 'januar' end || ' ' || year.written
                   else case when p.period_id % 2 = 1 then quarter.first || ' – ' || quarter.last
                             else half.first || ' – ' || half.last end end as period_name,
       case p.kind when 'M' then month.en || ' ' || year.written when 'Y' then year.written when 'MYTD' then 'January to ' || month.en
                   || ' ' || year.written else case p.kind when 'QMAT' then 'four quarters to ' else '' end || 'quarter '
                   || p.period_id % 100 || ' of ' || year.written end as period_name_en,
       (select earlier.code from core.periods earlier
        where earlier.period_id = case when p.period_id % 100 > 1 then p.period_id - 1
            else p.period_id - 100 + case p.kind when 'M' then 11 when 'MYTD' then 11 when 'Y' then 0 else 3 end end)
           as previous_period,
       (select before.code from core.periods before where before.period_id = p.period_id - 100) as year_earlier_period
from core.periods p
cross join lateral (select (p.period_id / 100 % 10000)::text as written) year
cross join lateral (
    select extract(quarter from p.first_day) || '. kvartal ' || extract(year from p.first_day) as first,
           extract(quarter from p.last_day) || '. kvartal ' || extract(year from p.last_day) as last
) quarter
cross join lateral (
    select ceil(extract(quarter from p.first_day) / 2) || '. halvår ' || extract(year from p.first_day) as first,
           ceil(extract(quarter from p.last_day) / 2) || '. halvår ' || extract(year from p.last_day) as last
) half
cross join lateral (
    select (array['januar', 'februar', 'marts', 'april', 'maj', 'juni', 'juli', 'august', 'september', 'oktober', 'november',
                  'december'])[p.period_id % 100] as da,
           (array['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
                  'December'])[p.period_id % 100] as en
) month;
