-- The time of the fixtures, and partitions for the deliveries of those days. Their maker takes an advisory lock, nothing else.
create or replace function tocsin.now() returns timestamptz
    language sql stable parallel safe
    as $$ select timestamptz '2026-11-26 12:00:00+00' $$;
select tocsin.make_delivery_partitions(2);
