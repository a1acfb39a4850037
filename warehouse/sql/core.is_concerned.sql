-- A break hangs on a table and, where it names any, on members of it. Read once per row: PostgreSQL puts it into the query.
create or replace function core.is_concerned(series_members jsonb, break_members jsonb) returns boolean
language sql immutable parallel safe as $$
    select break_members is null
        or exists (select from jsonb_each_text(series_members) part where break_members ? part.value)
$$;

comment on function core.is_concerned(jsonb, jsonb) is
    'Whether a series of these members lies across a series break of those; null: the break is of the whole table.';
