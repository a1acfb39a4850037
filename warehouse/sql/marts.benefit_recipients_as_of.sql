-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names. What stands in the
-- mart is what the function of core gives for a table as of any moment since its newest vintage.
create or replace function marts.benefit_recipients_as_of(as_of timestamptz, wanted_area_code text default null)
returns setof marts.benefit_recipients language plpgsql stable security definer set search_path = pg_catalog as $$
declare
    standing text[];
    others smallint[];
begin
    perform core.known_moment(as_of);
    select array_agg(g.table_id) filter (where g.stands), array_agg(g.table_no) filter (where not g.stands)
    into standing, others
    from (
        select t.table_id, t.table_no,
               coalesce(mart.vintage_id = newest.vintage_id and newest.seen_at <= as_of and built.recipe = recipe.recipe,
                        false) as stands
        from core.tables t
        join lateral (select v.vintage_id, v.seen_at from core.vintages v where v.table_no = t.table_no
                      order by v.vintage_id desc limit 1) newest on true
        left join lateral (select min(r.vintage_id) as vintage_id from marts.benefit_recipients r
                           where r.table_id = t.table_id) mart on true
        left join ops.mart_builds built on built.table_id = t.table_id
        left join ops.mart_recipes recipe on recipe.table_id = t.table_id
        where t.table_no in (select b.table_no from core.benefit_groups b)
    ) g;
    return query select r.* from marts.benefit_recipients r
                 where r.table_id = any(standing) and (wanted_area_code is null or r.area_code = wanted_area_code);
    if others is not null then
        return query select r.* from core.benefit_recipients_of(others, as_of, wanted_area_code) r;
    end if;
end
$$;

comment on function marts.benefit_recipients_as_of(timestamptz, text) is
    'One row per benefit group, area and month, as marts.benefit_recipients would have had it at that moment; for one'
    ' area where its code is given.';
