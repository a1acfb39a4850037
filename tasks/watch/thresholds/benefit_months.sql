-- An area's months as they were known at a moment: of each benefit, and of all counted ones together (benefit: null).
with newest as materialized (select p.benefit_group, p.period from marts.provisional_as_of(cast(:as_of as timestamptz)) p)
select b.benefit_group_name as benefit, b.period, b.recipients_full_time_persons as full_time_persons,
       b.recipients_full_time_persons_status as status, '' as lacks, array[b.vintage_id] as vintages, b.series_break,
       b.series_break_caveat, g.valid_until, n.benefit_group is not null as provisional
from marts.benefit_recipients_as_of(cast(:as_of as timestamptz), :area_code) b
join core.benefit_groups g using (benefit_group)
left join newest n on n.benefit_group = b.benefit_group and n.period = b.period
union all
select null, t.period, t.total_full_time_persons, t.status, concat_ws(', ', nullif(t.missing, ''), nullif(t.hidden, '')),
       string_to_array(t.vintages, ', ')::integer[], t.series_break, t.series_break_caveat, null, t.provisional
from marts.benefit_totals_as_of(cast(:as_of as timestamptz), :area_code) t
