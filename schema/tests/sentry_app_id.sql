-- The app that sends the webhooks of an integration.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme \gset
select is(pg_temp.as_role('tocsin_ingest', '', format(
    $$ update tocsin.integrations set sentry_app_id = '17' where organization_id = %L returning sentry_app_id $$, :'acme')), '17', 'ingest records it');
select is(pg_temp.as_role('tocsin_gateway', :'acme', 'select sentry_app_id from tocsin.integrations'), '17', 'the gateway can read it');

select * from finish();
rollback;
