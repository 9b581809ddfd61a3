-- Owners and runbooks of services.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('acme service') as service, pg_temp.id('globex user') as stranger, gen_random_uuid() as member \gset
insert into tocsin.users (user_id, email, password_hash) values (:'member', 'rosa@acme.example', 'not a hash');
insert into tocsin.members (organization_id, user_id, role) values (:'acme', :'member', 'responder');

select throws_ok(format($$ update tocsin.services set runbook_url = 'javascript:alert(1)' where service_id = %L $$, :'service'), '23514', null,
                 'a runbook is an address of the web');
select lives_ok(format($$ insert into tocsin.service_owners values (%L, %L, %L) $$, :'acme', :'service', :'member'), 'a member owns a service');
select throws_ok(format($$ insert into tocsin.service_owners values (%L, %L, %L) $$, :'acme', :'service', :'stranger'), '23503', null,
                 'a person of another organization does not');
select is((select count(*)::int from tocsin.audit_log
            where action = 'service.owner_added' and after_value ->> 'owner' = 'rosa@acme.example' and subject_name = 'Checkout'), 1,
          'the audit log names the owner and the service');
delete from tocsin.members where user_id = :'member' and organization_id = :'acme';
select is((select count(*)::int from tocsin.service_owners where user_id = :'member'), 0, 'a person who leaves the organization owns nothing in it');
select is((select count(*)::int from tocsin.audit_log where action = 'service.owner_removed' and after_value ->> 'owner' = 'rosa@acme.example'), 1,
          'which is in the audit log');

select * from finish();
rollback;
