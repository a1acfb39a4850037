-- For the functions that answer as of a moment: no question without one is answered with nothing.
create or replace function core.known_moment(as_of timestamptz) returns timestamptz language plpgsql immutable parallel safe as $$
begin
    if as_of is null then
        raise exception 'as of when? A moment is needed, and null is none' using errcode = 'null_value_not_allowed';
    end if;
    return as_of;
end
$$;

comment on function core.known_moment(timestamptz) is
    'The moment itself; an error where it is null, so that no question without a moment is answered with nothing.';
