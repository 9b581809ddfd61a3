-- Grants and the log of their calls.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('acme integration') as integration, pg_temp.id('acme token') as token,
       pg_temp.id('acme user') as person, pg_temp.id('globex integration') as other, pg_temp.id('globex token') as other_token \gset
create function pg_temp.new_grant(name text, integration uuid, person uuid, token uuid) returns text
    language sql as $$ select format(
        'insert into tocsin.grants (organization_id, grant_id, integration_id, name, holder_user_id, holder_token_id, operations, contract, per_minute)
         values (%L, %L, %L, %L, %L, %L, ''{list_issues}'', ''2026-11-30'', 60)', pg_temp.id('acme'), pg_temp.id(name), integration, name, person, token) $$;

select throws_ok(pg_temp.new_grant('one', :'other', null, :'token'), '23503', null, 'a grant is for an integration of its organization');
select throws_ok(pg_temp.new_grant('two', :'integration', null, :'other_token'), '23503', null, 'a token of another organization cannot hold it');
select throws_ok(pg_temp.new_grant('three', :'integration', null, null), '23514', null, 'a grant has a holder');
select throws_ok(pg_temp.new_grant('four', :'integration', :'person', :'token'), '23514', null, 'a grant has one holder');
select lives_ok(pg_temp.new_grant('five', :'integration', :'person', null), 'a member can hold a grant');
select lives_ok(pg_temp.new_grant('six', :'integration', null, :'token'), 'a token can hold a grant');
select throws_ok($$ update tocsin.grants set name = 'five' where name = 'six' $$, '23505', null, 'a name is used once');
update tocsin.grants set revoked_at = tocsin.now() where name = 'five';
select lives_ok($$ update tocsin.grants set name = 'five' where name = 'six' $$, 'the name of a revoked grant is free');
select is((select string_agg(action, ' ' order by audit_id) from tocsin.audit_log where subject_id = pg_temp.id('five')),
          'grant.created grant.revoked', 'the audit log has what happened to a grant');
update tocsin.grants set last_used_at = tocsin.now(), rate_full_at = tocsin.now() where grant_id = pg_temp.id('six');
select is((select count(*) from tocsin.audit_log where subject_id = pg_temp.id('six') and action = 'grant.changed'), 1::bigint,
          'that a grant was used is no change');
select is(pg_temp.as_role('tocsin_gateway', :'acme', $$ update tocsin.grant_calls set operation = 'x' $$), '42501',
          'what a call was cannot be changed');
select is(pg_temp.as_role('tocsin_gateway', :'acme', $$ delete from tocsin.grant_calls $$), '42501', 'the gateway cannot delete calls');

select * from finish();
rollback;
