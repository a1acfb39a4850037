-- By the names that readers know. Each left join is to a key: PostgreSQL leaves out those of which nobody reads a column, and
-- none can lose a row or double one. Two benefits that are the same members are one here, the first by its id.
create or replace view core.observation_versions as
select o.table_no, s.area_id, o.superseded_by, t.table_id, m.name as measure, a.code as area_code, p.code as period, s.members,
       s.measure_id,
       coalesce((select string_agg(part.value, ', ' order by part.key collate "C") from jsonb_each_text(s.members) part
                 where part.value is distinct from t.root_members ->> part.key), '') as member,
       s.members = t.root_members as is_total, g.benefit_group, m.unit, o.value, o.status::text as status, a.name as area_name,
       p.first_day as period_first_day, p.last_day as period_last_day, o.vintage_id, v.publisher_updated_on, v.seen_at,
       (select b.series_break from core.series_breaks b
        where b.table_no = o.table_no and b.first_period_id <= o.period_id and core.is_concerned(s.members, b.members)
        order by b.first_period_id desc, b.series_break limit 1) as series_break,
       (select b.caveat from core.series_breaks b
        where b.table_no = o.table_no and b.first_period_id <= o.period_id and core.is_concerned(s.members, b.members)
        order by b.first_period_id desc, b.series_break limit 1) as series_break_caveat,
       (select array[b.first_period_id::text, b.series_break, b.caveat] from core.series_breaks b
        where b.table_no = o.table_no and b.first_period_id <= o.period_id and core.is_concerned(s.members, b.members)
        order by b.first_period_id desc, b.series_break limit 1) as newest_break
from core.observations o
left join core.series s on s.table_no = o.table_no and s.series_id = o.series_id
left join core.tables t on t.table_no = o.table_no
left join core.measures m on m.measure_id = s.measure_id
left join core.areas a on a.area_id = s.area_id
left join core.periods p on p.period_id = o.period_id
left join core.vintages v on v.vintage_id = o.vintage_id
left join (select distinct on (b.table_no, b.members) b.table_no, b.members, b.benefit_group from core.benefit_groups b
           order by b.table_no, b.members, b.benefit_group) g on g.table_no = s.table_no and g.members = s.members;

comment on view core.observation_versions is
    'One row per series, period and vintage that changed it, by the names that readers know.';
comment on column core.observation_versions.table_no is 'Our number of the table: by it partitions are left out.';
comment on column core.observation_versions.area_id is 'The area.';
comment on column core.observation_versions.superseded_by is 'The vintage that replaced it; null: it is the current one.';
comment on column core.observation_versions.table_id is 'The publisher''s table.';
comment on column core.observation_versions.measure is 'Our name of the measure.';
comment on column core.observation_versions.area_code is 'Official code of the area.';
comment on column core.observation_versions.period is 'The period the value is about.';
comment on column core.observation_versions.members is 'Dimension to member.';
comment on column core.observation_versions.measure_id is 'Our number of the measure.';
comment on column core.observation_versions.member is 'Its members in words, without totals; empty: the total.';
comment on column core.observation_versions.is_total is 'Whether every breakdown is at its total.';
comment on column core.observation_versions.benefit_group is 'The benefit group that it is a count of; null for others.';
comment on column core.observation_versions.unit is 'Unit of the value.';
comment on column core.observation_versions.value is 'The value; null unless observed.';
comment on column core.observation_versions.status is 'observed, suppressed, not_yet or withdrawn.';
comment on column core.observation_versions.area_name is 'Name of the area.';
comment on column core.observation_versions.period_first_day is 'First day of the period.';
comment on column core.observation_versions.period_last_day is 'Last day of the period.';
comment on column core.observation_versions.vintage_id is 'The vintage that brought it.';
comment on column core.observation_versions.publisher_updated_on is 'The publisher''s date of that vintage.';
comment on column core.observation_versions.seen_at is 'When we saw that vintage.';
comment on column core.observation_versions.series_break is 'The newest series break at or before the period that concerns it.';
comment on column core.observation_versions.series_break_caveat is 'The sentence that a comparison across it carries.';
comment on column core.observation_versions.newest_break is
    'Its first period, id and sentence, looked up once: the greatest of several is the newest.';
