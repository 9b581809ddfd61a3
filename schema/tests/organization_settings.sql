-- What an organization decides for all its members.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('globex') as globex \gset
select is((select bool_and(assign_on_acknowledge) from tocsin.organizations), true, 'incidents are assigned to the member who acknowledges them');
select is(pg_temp.as_role('tocsin_gateway', :'acme',
    'update tocsin.organizations set assign_on_acknowledge = false returning slug'), 'acme', 'the gateway changes this for its organization');
select is((select assign_on_acknowledge from tocsin.organizations where organization_id = :'globex'), true, 'and for no other');
select is(pg_temp.as_role('tocsin_gateway', :'acme', $$ update tocsin.organizations set name = 'x' returning slug $$), '42501', 'it changes no name');
select is((select count(*)::int from tocsin.audit_log
            where action = 'organization.changed' and after_value = '{"assign_on_acknowledge": false}'), 1, 'the audit log has the change');

select * from finish();
rollback;
