-- Calls of grants that a person must approve.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('acme approval') as approval \gset
select is((select string_agg(action, ' ') from tocsin.audit_log where subject_id = :'approval'), 'approval.asked', 'the audit log has the request');
select is(pg_temp.as_role('tocsin_gateway', :'acme', format($$ update tocsin.approvals set request = '{"x":1}' where approval_id = %L $$, :'approval')), '42501',
          'what was asked for cannot be changed');
update tocsin.approvals set state = 'approved', decided_by_name = 'admin@acme.example' where approval_id = :'approval';
update tocsin.approvals set state = 'done', result_status = 200, result_sealed = 'not a result' where approval_id = :'approval';
select is((select string_agg(action, ' ' order by audit_id) from tocsin.audit_log where subject_id = :'approval'),
          'approval.asked approval.approved approval.done', 'each step is in the audit log');
select is((select count(*) from tocsin.audit_log where subject_id = :'approval' and (before_value::text like '%result%' or after_value::text like '%result%')),
          0::bigint, 'the audit log has no result');
select throws_ok($$ update tocsin.approvals set state = 'maybe' $$, '23514', null, 'there are no other states');

select * from finish();
rollback;
