-- Revisions that tell something of a count that is hidden before or after.
select r.table_id, r.period, r.area_code, r.measure, r.members::text as members, r.before_value, r.before_status, r.after_value,
       r.after_status, r.change_value
from {revisions} r
where 'suppressed' in (r.before_status, r.after_status)
  and (r.change_value is not null or r.before_status = 'suppressed' and r.before_value is not null
       or r.after_status = 'suppressed' and r.after_value is not null)
  and (cast(:area_code as text) is null or r.area_code = :area_code)
  and (cast(:vintages as integer[]) is null or r.vintage_id = any(:vintages))
