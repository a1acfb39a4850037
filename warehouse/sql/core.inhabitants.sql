-- As warehouse/figures/population.py has it: of one day what Statistics Denmark's table has comes before what is assumed.
create or replace view core.inhabitants as
select distinct on (known.area_code) known.area_code, known.persons::integer as persons, known.counted_on
from (
    select a.code as area_code, o.value as persons, p.first_day as counted_on, 0 as place
    from core.tables t
    join core.series s on s.table_no = t.table_no and s.members = t.root_members
    join core.measures m on m.measure_id = s.measure_id and m.name = 'population_persons'
    join core.areas a on a.area_id = s.area_id
    join core.observations o on o.table_no = s.table_no and o.series_id = s.series_id
    join core.periods p on p.period_id = o.period_id
    where t.table_id = 'folk1a' and o.superseded_by is null and o.status = 'observed' and extract(month from p.first_day) = 1
    union all
    select assumed.area_code, assumed.value, assumed.valid_from, 1
    from core.assumptions assumed
    where assumed.name = 'population_persons' and assumed.basis = '' and assumed.area_code is not null
      and assumed.valid_from is not null and assumed.superseded_at is null
) known
order by known.area_code, known.counted_on desc, known.place;

comment on view core.inhabitants is
    'One row per area: its newest population on a 1 January, as Statistics Denmark''s table FOLK1A has it, else as assumed.';
comment on column core.inhabitants.area_code is 'Official code of the area.';
comment on column core.inhabitants.persons is 'Inhabitants on that day.';
comment on column core.inhabitants.counted_on is 'The 1 January.';
