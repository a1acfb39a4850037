insert into ops.alerts (table_id, trouble, about, run_id, message, raised_at)
select t.table_id, t.trouble, t.about, :run_id, t.message, :now from (
    select o.table_id, o.outcome as trouble, o.message,
           case o.outcome
               when 'source_late' then 'the release of ' || coalesce(o.next_release_on::text, 'an unknown day')
               when 'quarantined' then coalesce(q.rule, '') || ', the load of ' ||
                    coalesce(o.publisher_updated_on::text, o.message)
               else 'since run ' || (
                   select min(f.run_id) from ops.table_outcomes f
                   where f.table_id = o.table_id and f.outcome = 'failed' and f.run_id > coalesce((
                       select max(w.run_id) from ops.table_outcomes w
                       where w.table_id = o.table_id and w.outcome <> 'failed' and w.run_id <= o.run_id), 0))
           end as about
    from ops.table_outcomes o left join ops.quarantine q using (run_id, table_id)
    where o.run_id = :run_id and o.outcome in ('source_late', 'quarantined', 'failed')
    union all
    select '', 'died', 'run ' || r.run_id || ' (' || r.kind || ') died before its end; what it left was cleared away',
           'run ' || r.run_id
    from ops.runs r where r.outcome = 'died' and r.ended_at > cast(:now as timestamptz) - cast(:stale as interval)
    union all
    select '', 'failed', cast(:trouble as text), cast(:trouble as text) where cast(:trouble as text) <> ''
) t
on conflict (table_id, trouble, about) where mended_at is null do nothing
