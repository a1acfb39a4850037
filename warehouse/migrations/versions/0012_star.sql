-- As warehouse/marts declared them then. What stands in the marts stays; the next night fills what is new.
create index ix_series_area_id on core.series (area_id);

drop view if exists marts.benefit_totals, marts.revisions cascade;
drop function if exists marts.benefit_average_as_of(timestamptz, text[], date, date);
drop function if exists core.benefit_recipients_of(smallint[], timestamptz, text);
drop function if exists marts.benefit_recipients_as_of(timestamptz, text);
drop view if exists marts.known_moments;

create function staging.first_day_of(period text) returns date language sql immutable as $$
    select case when period like '%QMAT%' then make_date(left(period, 4)::int, right(period, 2)::int * 3 - 2, 1) - interval '9 months'
                when period like '%MYTD%' or period like '%Y%' then make_date(left(period, 4)::int, 1, 1)
                when period like '%Q%' then make_date(left(period, 4)::int, right(period, 2)::int * 3 - 2, 1)
                else make_date(left(period, 4)::int, right(period, 2)::int, 1) end::date
$$;

alter table marts.benefit_recipients alter column recipients_persons type integer,
    alter column recipients_full_time_persons type integer, add column period_last_day date;
update marts.benefit_recipients set period_last_day = (period_first_day + interval '1 month - 1 day')::date;
alter table marts.benefit_recipients alter column period_last_day set not null;

alter table marts.activation rename to activation_mix;
alter table marts.activation_mix rename constraint pk_activation to pk_activation_mix;
alter table marts.ordinary_hours rename to ordinary_hours_gap;
alter table marts.ordinary_hours_gap rename constraint pk_ordinary_hours to pk_ordinary_hours_gap;
update ops.figure_builds set mart = 'activation_mix' where mart = 'activation';
update ops.figure_builds set mart = 'ordinary_hours_gap' where mart = 'ordinary_hours';
update ops.figure_moves set mart = 'activation_mix' where mart = 'activation';
update ops.figure_moves set mart = 'ordinary_hours_gap' where mart = 'ordinary_hours';

alter table marts.benchmark_ranking alter column rank type integer, alter column rank_half_a_year_earlier type integer;
alter table marts.block_grant_share alter column recipients_full_time_persons type integer,
    alter column country_full_time_persons type integer;


alter table marts.benchmark_ranking alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.benchmark_ranking set period_first_day = staging.first_day_of(period);
alter table marts.benchmark_ranking alter column period_first_day set not null;

alter table marts.savings alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.savings set period_first_day = staging.first_day_of(period);
alter table marts.savings alter column period_first_day set not null;

alter table marts.unemployment_projection alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.unemployment_projection set period_first_day = staging.first_day_of(period);
alter table marts.unemployment_projection alter column period_first_day set not null;

alter table marts.block_grant_share alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.block_grant_share set period_first_day = staging.first_day_of(period);
alter table marts.block_grant_share alter column period_first_day set not null;

alter table marts.activation_mix alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.activation_mix set period_first_day = staging.first_day_of(period);
alter table marts.activation_mix alter column period_first_day set not null;

alter table marts.ordinary_hours_gap alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.ordinary_hours_gap set period_first_day = staging.first_day_of(period);
alter table marts.ordinary_hours_gap alter column period_first_day set not null;

alter table marts.exits alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.exits set period_first_day = staging.first_day_of(period);
alter table marts.exits alter column period_first_day set not null;

alter table marts.target_followup alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.target_followup set period_first_day = staging.first_day_of(period);
alter table marts.target_followup alter column period_first_day set not null;

alter table marts.investment_case alter column vintages type text using array_to_string(vintages, ', '),
    alter column assumptions type text using array_to_string(assumptions, ', '), add column period_first_day date;
update marts.investment_case set period_first_day = staging.first_day_of(period);
alter table marts.investment_case alter column period_first_day set not null;

alter table marts.settled_values add column period_first_day date;
update marts.settled_values set period_first_day = staging.first_day_of(period);
alter table marts.settled_values alter column period_first_day set not null;

alter table marts.block_grant_share add column benefit_group text;
update marts.block_grant_share s set benefit_group = g.benefit_group
from core.benefit_groups g where g.name = s.benefit_group_name;

drop function staging.first_day_of(text);
