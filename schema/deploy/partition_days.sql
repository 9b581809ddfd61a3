-- requires: keys_of_methods
begin;

-- Catches the deliveries of days without a partition, so that none is refused.
create table tocsin.deliveries_default (like tocsin.deliveries including all);
alter table tocsin.deliveries_default enable row level security;
alter table tocsin.deliveries_default force row level security;
alter table tocsin.deliveries attach partition tocsin.deliveries_default default;

-- A partition cannot be attached while the default one contains rows of its day: they are moved. Attaching locks the default
-- partition for a moment; where that moment does not come soon, it fails and is tried again later, since Sentry waits a second
-- at most.
create or replace function tocsin.make_delivery_partitions(days_ahead integer) returns integer
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '300ms'
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
            if pg_relation_size('tocsin.deliveries_default') > 0 then
                alter table tocsin.deliveries_default no force row level security;
                execute format('with moved as (delete from tocsin.deliveries_default where received_at >= %L and received_at < %L returning *)
                                insert into tocsin.%I select * from moved', day::timestamptz, (day + 1)::timestamptz, part);
                alter table tocsin.deliveries_default force row level security;
            end if;
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
-- A gateway without a scheduler must not run out of partitions.
grant execute on function tocsin.make_delivery_partitions(integer) to tocsin_ingest;

-- Deletes old rows of the default partition, too.
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
    if pg_relation_size('tocsin.deliveries_default') > 0 then
        alter table tocsin.deliveries_default no force row level security;
        delete from tocsin.deliveries_default where received_at <= tocsin.now() - keep;
        alter table tocsin.deliveries_default force row level security;
    end if;
    return dropped;
end
$$;

-- The days after today for which there are partitions, without a gap; -1 if there is none for today.
create function tocsin.delivery_partition_days() returns integer
    language sql stable parallel safe set search_path = pg_catalog, pg_temp set timezone = 'UTC'
    as $$
    select coalesce(min(ahead), 367) - 1 from generate_series(0, 366) as ahead
     where to_regclass('tocsin.deliveries_' || to_char(tocsin.now()::date + ahead, 'YYYYMMDD')) is null
$$;
revoke all on function tocsin.delivery_partition_days() from public;
grant execute on function tocsin.delivery_partition_days() to tocsin_gateway, tocsin_ingest, tocsin_scheduler, tocsin_operator;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 39;

commit;
