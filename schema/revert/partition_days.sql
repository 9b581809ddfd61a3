begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 38;

drop function tocsin.delivery_partition_days();
revoke execute on function tocsin.make_delivery_partitions(integer) from tocsin_ingest;
create or replace function tocsin.drop_delivery_partitions(keep interval) returns integer
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '300ms'
    as $$
declare
    dropped integer := 0;
    part    name;
begin
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'tocsin.deliveries'::regclass and c.relname ~ '^deliveries_[0-9]{8}$'
           and (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamptz <= tocsin.now() - keep
         order by c.relname
    loop
        execute format('drop table tocsin.%I', part);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;
create or replace function tocsin.make_delivery_partitions(days_ahead integer) returns integer
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC'
    as $$
declare
    today constant date := tocsin.now()::date;
    made  integer := 0;
    day   date;
    part  text;
begin
    perform pg_advisory_xact_lock(hashtext('tocsin.make_delivery_partitions'));
    for day in select today + ahead from generate_series(-1, days_ahead) ahead loop
        part := format('deliveries_%s', to_char(day, 'YYYYMMDD'));
        if to_regclass('tocsin.' || part) is null then
            execute format('create table tocsin.%I (like tocsin.deliveries including all)', part);
            execute format('alter table tocsin.%I enable row level security', part);
            execute format('alter table tocsin.%I force row level security', part);
            execute format('alter table tocsin.deliveries attach partition tocsin.%I for values from (%L) to (%L)',
                           part, day::timestamptz, (day + 1)::timestamptz);
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;

-- Fails where there are rows that belong into no partition.
alter table tocsin.deliveries detach partition tocsin.deliveries_default;
alter table tocsin.deliveries_default no force row level security;
do $$
begin
    if exists (select from tocsin.deliveries_default) then
        raise exception 'tocsin.deliveries_default contains deliveries: create their partitions first';
    end if;
end
$$;
drop table tocsin.deliveries_default;

commit;
