-- How many days the partitions of the deliveries last, who can make more, and what happens without one.
\ir support/fixture.sql

select no_plan();

create function pg_temp.name_in(days integer) returns text language sql as
    $$ select 'deliveries_' || to_char((tocsin.now() at time zone 'UTC')::date + days, 'YYYYMMDD') $$;

select is(tocsin.delivery_partition_days(), 14, 'the migration makes two weeks');
select is(pg_temp.as_role('tocsin_ingest', '', 'select tocsin.make_delivery_partitions(16)'), '2', 'a gateway makes more');
select is(pg_temp.as_role('tocsin_gateway', '', 'select tocsin.delivery_partition_days()'), '16', 'they count');
do $$ begin execute format('drop table tocsin.%I', pg_temp.name_in(5)); end $$;
select is(tocsin.delivery_partition_days(), 4, 'up to the first gap');
do $$ begin execute format('drop table tocsin.%I', pg_temp.name_in(0)); end $$;
select is(tocsin.delivery_partition_days(), -1, 'today is missing');

insert into tocsin.deliveries (organization_id, received_at, delivery_id, integration_id, resource, action, outcome, rule, signing_key, body_sha256, body_bytes)
select i.organization_id, tocsin.now() + days * interval '1 day', gen_random_uuid(), i.integration_id, 'issue', 'created', 'opened', '', 'current', sha256(''), 0
  from (select * from tocsin.integrations limit 1) i, unnest(array[0, 5, 300, -300]) as days;
select is((select count(*)::int from tocsin.deliveries_default), 4, 'deliveries without a partition are in the default one');
select is(pg_temp.as_role('tocsin_ingest', '', 'select tocsin.make_delivery_partitions(14)'), '2', 'a gateway makes the missing ones');
select is((select count(*)::int from tocsin.deliveries_default), 2, 'which get their deliveries');
select is((select array_agg(tableoid::regclass::text order by received_at) from tocsin.deliveries where received_at between tocsin.now() - interval '1 hour' and tocsin.now() + interval '6 days'),
          array['tocsin.' || pg_temp.name_in(0), 'tocsin.' || pg_temp.name_in(5)], 'each those of its day');
select is(pg_temp.as_role('tocsin_gateway', '', 'select tocsin.make_delivery_partitions(14)'), '42501', 'the role of the console cannot');
select is(pg_temp.as_role('tocsin_gateway', '', 'select count(*) from tocsin.deliveries_default'), '42501', 'and cannot read the default one by its name');
select is((select relrowsecurity and relforcerowsecurity from pg_class where oid = 'tocsin.deliveries_default'::regclass), true, 'which stays protected');
select is(pg_temp.as_role('tocsin_scheduler', '', $$ select tocsin.drop_delivery_partitions('200 days') $$), '0', 'no partition is that old');
select is((select count(*)::int from tocsin.deliveries_default), 1, 'but a delivery in the default one was');

select * from finish();
rollback;
