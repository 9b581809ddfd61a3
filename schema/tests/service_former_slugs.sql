-- Slugs that services gave up.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('acme service') as service, pg_temp.id('another') as another \gset
delete from tocsin.service_former_slugs;
create function pg_temp.by_gateway(statement text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, statement || ' returning slug') $$;
create function pg_temp.former_slugs() returns text
    language sql as $$ select string_agg(f.slug || ' of ' || s.slug, ', ' order by f.slug)
                         from tocsin.service_former_slugs f join tocsin.services s using (organization_id, service_id)
                        where f.organization_id = pg_temp.id('acme') $$;

select is(pg_temp.by_gateway(format($$ update tocsin.services set name = 'Pay' where service_id = %L $$, :'service')), 'checkout', 'the gateway changes a name');
select is(pg_temp.former_slugs(), null, 'which is no rename');
select is(pg_temp.by_gateway(format($$ update tocsin.services set slug = 'pay' where service_id = %L $$, :'service')), 'pay', 'the gateway renames a service');
select is(pg_temp.former_slugs(), 'checkout of pay', 'the old slug is kept');
select is(pg_temp.by_gateway(format($$ update tocsin.services set slug = 'payments' where service_id = %L $$, :'service')), 'payments', 'and again');
select is(pg_temp.former_slugs(), 'checkout of payments, pay of payments', 'all old slugs are kept');
select is(pg_temp.by_gateway(format($$ update tocsin.services set slug = 'pay' where service_id = %L $$, :'service')), 'pay', 'a service takes its own slug back');
select is(pg_temp.former_slugs(), 'checkout of pay, payments of pay', 'which is then no former one');
select is(pg_temp.by_gateway(format($$ insert into tocsin.services (organization_id, service_id, slug, name) values (%L, %L, 'checkout', 'New') $$,
                                    :'acme', :'another')), 'checkout', 'a new service takes a former slug');
select is(pg_temp.former_slugs(), 'payments of pay', 'which is then its own');
select is(pg_temp.by_gateway(format($$ update tocsin.services set slug = 'shop' where service_id = %L $$, :'another')), 'shop', 'when it is renamed');
select is(pg_temp.former_slugs(), 'checkout of shop, payments of pay', 'the last service that had the slug is kept');
select is(pg_temp.as_role('tocsin_ingest', '', 'delete from tocsin.service_former_slugs'), '42501', 'ingest changes nothing');

select * from finish();
rollback;
