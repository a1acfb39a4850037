with free as (
    select backfill_id, partition_no, run_id as earlier_run from ops.backfill_partitions
    where backfill_id = :backfill_id and table_id = :table_id and state in ('waiting', 'fetched')
      and (run_id is null or run_id <> all(:alive))
    order by state, partition_no limit 1 for update skip locked
)
update ops.backfill_partitions p set run_id = :run_id, started_at = :started_at
from free where p.backfill_id = free.backfill_id and p.partition_no = free.partition_no
returning p.backfill_id, p.partition_no, p.run_id, p.table_id, p.periods, p.manifest, free.earlier_run,
          (select max(k.publisher_updated_on) from ops.backfill_partitions k
           where k.backfill_id = :backfill_id and k.table_id = :table_id) as publisher_updated_on
