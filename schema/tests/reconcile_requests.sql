-- A process of the previous release enqueues, claims, and completes reconcile requests by their old name.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('acme integration') as integration \gset
delete from tocsin.reconcile_requests;

select is(pg_temp.as_role('tocsin_ingest', '', format(
    $$ insert into tocsin.doubts as d (organization_id, integration_id, source_id)
       select k.organization_id, k.integration_id, k.source_id
         from unnest(array[%1$L]::uuid[], array[%2$L]::uuid[], array['9']) as k (organization_id, integration_id, source_id)
       on conflict (organization_id, integration_id, source_id) do update set round = d.round + 1
       returning round $$, :'acme', :'integration')), '1', 'the previous release enqueues a request');
select is(pg_temp.as_role('tocsin_ingest', '', format(
    $$ insert into tocsin.doubts as d (organization_id, integration_id, source_id) values (%L, %L, '9')
       on conflict (organization_id, integration_id, source_id) do update set round = d.round + 1
       returning round $$, :'acme', :'integration')), '2', 'and enqueues it again');
select is((select issue_id || ' ' || round || ' ' || tries from tocsin.reconcile_requests), '9 2 0', 'the program finds it by the new name');
select is(pg_temp.as_role('tocsin_ingest', '',
    $$ with due as (select organization_id, integration_id, source_id from tocsin.doubts
                     where due_at <= tocsin.now() order by due_at limit 1 for update skip locked)
       update tocsin.doubts d set due_at = tocsin.now() + interval '1 minute', tries = d.tries + 1
         from due
        where d.organization_id = due.organization_id and d.integration_id = due.integration_id and d.source_id = due.source_id
       returning d.source_id $$), '9', 'the previous release claims it');
select is(pg_temp.as_role('tocsin_ingest', '',
    $$ delete from tocsin.doubts where source_id = '9' and round = 2 returning source_id $$), '9', 'and completes it');
select is((select count(*) from tocsin.reconcile_requests), 0::bigint, 'so that it is gone');
select is(pg_temp.as_role('tocsin_gateway', :'acme', 'select count(*) from tocsin.doubts'), '42501', 'the gateway cannot read it');

select throws_ok(format($$ insert into tocsin.reconcile_requests (organization_id, integration_id, issue_id, reason) values (%L, %L, '9', 'boredom') $$,
                        :'acme', :'integration'), '23514', null, 'a request has one of the known reasons');

select is(pg_temp.as_role('tocsin_scheduler', '', format(
    $$ with added as (insert into tocsin.reconcile_requests (organization_id, integration_id, issue_id, reason) values (%L, %L, '9', 'outage')
                      on conflict do nothing)
       select 'requested' $$, :'acme', :'integration')), 'requested', 'the scheduler requests that an outage is read');
select is((select issue_id || ' ' || reason from tocsin.reconcile_requests), '9 outage', 'which is one of the known reasons');
select is(pg_temp.as_role('tocsin_scheduler', '', 'select count(*) from tocsin.reconcile_requests'), '42501', 'the scheduler cannot read the requests');

select * from finish();
rollback;
