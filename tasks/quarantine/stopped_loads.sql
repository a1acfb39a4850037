-- A manifest's name holds the moment at which its answers were complete: in the order of names they were fetched.
select * from (
    select q.quarantine_id as id, q.table_id as "table", coalesce(t.title, q.table_id) as title, q.run_id as run,
           q.stopped_at, q.publisher_updated_on,
           q.rule, q.message, q.rejected,
           case when q.released_at is not null then 'released'
                when standing.vintage_id is not null or mended.seen_at is not null then 'overtaken' else 'open' end as state,
           q.released_at, q.released_by, q.release_reason, q.release_run_id as release_run,
           standing.vintage_id as overtaken_by, coalesce(standing.seen_at, mended.seen_at) as overtaken_at, q.manifest
    from ops.quarantine q
    left join core.tables t using (table_id)
    left join lateral (
        select * from core.vintages v where v.table_no = t.table_no
          and (not v.backfilled or exists (select from ops.table_outcomes o
                                           where o.table_id = q.table_id and o.fetched and o.seen_at >= v.seen_at))
        order by v.vintage_id desc limit 1
    ) standing
      on q.released_at is null
     and (coalesce(standing.manifest collate "C" > q.manifest collate "C", standing.seen_at > q.stopped_at)
          or exists (select from ops.table_outcomes o
                     where o.table_id = q.table_id and o.fetched and o.seen_at > q.stopped_at))
    left join lateral (select min(o.seen_at) as seen_at from ops.table_outcomes o
                       where (t.table_no is null or t.publisher = any(:of_files))
                         and o.table_id = q.table_id and o.seen_at > q.stopped_at
                         and o.outcome not in ('quarantined', 'failed')) mended on q.released_at is null
) loads
where state = any(:states) and (cast(:table_id as text) is null or "table" = :table_id)
  and (cast(:id as integer) is null or id = :id)
order by stopped_at desc, id desc
