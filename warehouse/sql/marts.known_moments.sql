-- The name of marts.vintages in version 1 of the contract.
create or replace view marts.known_moments as
select v.vintage_id, v.table_id, v.table_title, v.publisher_updated_on, v.seen_at from marts.vintages v;
