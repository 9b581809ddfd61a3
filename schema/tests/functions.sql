-- Time, look-ups before the organization is known, and the partitions of the deliveries.
\ir support/fixture.sql

select no_plan();

-- Moves the time of the system.
create procedure pg_temp.move_time(by interval)
    language plpgsql as $$
begin
    execute format('create or replace function tocsin.now() returns timestamptz language sql stable parallel safe '
                   'as $f$ select pg_catalog.now() + interval %L $f$', by);
end
$$;

-- --- time ------------------------------------------------------------------------------------------------------------
select is(tocsin.now(), now(), 'the time of the system is that of the transaction');
call pg_temp.move_time('3 days');
select is(tocsin.now(), now() + interval '3 days', 'a test can move it');
insert into tocsin.organizations (organization_id, slug, name) values (pg_temp.id('later'), 'later', 'Later');
select is((select created_at from tocsin.organizations where slug = 'later'), now() + interval '3 days', 'and defaults follow');
call pg_temp.move_time('0');

select is(tocsin.current_organization(), null, 'no organization is set');
select set_config('app.tenant', '', true) \g /dev/null
select is(tocsin.current_organization(), null, 'a setting that reverted reads as none');

-- --- signing in --------------------------------------------------------------------------------------------------------
create function pg_temp.gateway(query text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_gateway', '', query) $$;

select is(pg_temp.gateway($$ select password_hash from tocsin.find_login('Owner@ACME.example') $$), 'not a hash of acme',
          'a login is found by its address, however it is written');
select is(pg_temp.gateway($$ select count(*) from tocsin.find_login('nobody@acme.example') $$), '0', 'and by no other');
select is(pg_temp.as_role('tocsin_ingest', '', $$ select count(*) from tocsin.find_login('owner@acme.example') $$), '42501',
          'not for ingest');
select is(pg_temp.as_role('tocsin_scheduler', '', $$ select count(*) from tocsin.find_login('owner@acme.example') $$), '42501',
          'nor for the scheduler');

\set session 'sha256(''a new session'')'
select pg_temp.gateway(format($$ select tocsin.start_session(sha256('a new session'), %L, '192.0.2.1', 'a browser') $$, pg_temp.id('acme user'))) \g /dev/null
create function pg_temp.session_user_of(idle text, age text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select email from tocsin.find_session(sha256('a new session'), %L, %L) $f$, idle, age)) $$;
select is(pg_temp.session_user_of('24 hours', '30 days'), 'owner@acme.example', 'a session tells who it is');
call pg_temp.move_time('23 hours');
select is(pg_temp.session_user_of('24 hours', '30 days'), 'owner@acme.example', 'it lives while it is used');
select is((select last_seen_at from tocsin.sessions where token_hash = :session), now() + interval '23 hours', 'being seen is kept');
call pg_temp.move_time('46 hours');
select is(pg_temp.session_user_of('24 hours', '30 days'), 'owner@acme.example', 'counted from when it was seen last');
call pg_temp.move_time('46 hours 30 seconds');
select is(pg_temp.session_user_of('24 hours', '30 days'), 'owner@acme.example', 'within a minute');
select is((select last_seen_at from tocsin.sessions where token_hash = :session), now() + interval '46 hours', 'nothing is written');
select is(pg_temp.session_user_of('24 hours', '40 hours'), null, 'an old session ends however much it is used');
call pg_temp.move_time('71 hours');
select is(pg_temp.session_user_of('24 hours', '30 days'), null, 'an idle session ends');
select is((select last_seen_at from tocsin.sessions where token_hash = :session), now() + interval '46 hours', 'and asking does not revive it');
call pg_temp.move_time('0');
select pg_temp.gateway($$ select tocsin.end_session(sha256('a new session')) $$) \g /dev/null
select is((select count(*) from tocsin.sessions where token_hash = :session), 0::bigint, 'signing out deletes it');

select is(pg_temp.gateway(format($$ select string_agg(slug || ':' || role, ',') from tocsin.organizations_of(%L) $$, pg_temp.id('acme user'))),
          'acme:owner', 'a person sees the own organizations');

-- --- API tokens --------------------------------------------------------------------------------------------------------
create function pg_temp.token_of(secret text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select organization_slug || ':' || role from tocsin.find_api_token(sha256(%L)) $f$, secret)) $$;
select is(pg_temp.token_of('acme'), 'acme:responder', 'an API token tells its organization and role');
select is((select last_used_at from tocsin.api_tokens where organization_id = pg_temp.id('acme')), now(), 'being used is kept');
select is(pg_temp.token_of('nothing'), null, 'an unknown token is none');
update tocsin.api_tokens set expires_at = now() + interval '1 hour' where organization_id = pg_temp.id('acme');
select is(pg_temp.token_of('acme'), 'acme:responder', 'a token lives until it expires');
call pg_temp.move_time('1 hour');
select is(pg_temp.token_of('acme'), null, 'and not longer');
call pg_temp.move_time('0');
update tocsin.api_tokens set revoked_at = now() where organization_id = pg_temp.id('acme');
select is(pg_temp.token_of('acme'), null, 'a revoked token is none');

-- --- connect flows -----------------------------------------------------------------------------------------------------
create function pg_temp.flow_of(cookie text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select string_agg(flow_id::text, ',') from tocsin.find_connect_flows(sha256(%L)) $f$, cookie)) $$;
select is(pg_temp.flow_of('acme'), pg_temp.id('acme flow')::text, 'a browser finds its own intent');
select is(pg_temp.flow_of('nothing'), null, 'and no other');
call pg_temp.move_time('10 minutes');
select is(pg_temp.flow_of('acme'), null, 'an intent ends after its time');
call pg_temp.move_time('0');
update tocsin.connect_flows set used_at = now() where organization_id = pg_temp.id('acme');
select is(pg_temp.flow_of('acme'), null, 'and with its use');

-- --- claims ------------------------------------------------------------------------------------------------------------
create function pg_temp.claims(who text, org text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_gateway', pg_temp.id(who)::text,
        format($f$ select tocsin.claim_connection('https://claims.example', %L, %L, %L) $f$, org, pg_temp.id('contested'), pg_temp.id(who || ' integration'))) $$;
select is(pg_temp.claims('acme', 'contested'), 'true', 'the first claim is taken');
select is(pg_temp.claims('acme', 'contested'), 'true', 'and may be made again');
select is(pg_temp.claims('globex', 'contested'), 'false', 'another organization is told no, and nothing more');
select is(pg_temp.claims('globex', 'another'), 'false', 'nor may it take the installation alone');
update tocsin.sentry_organization_owners set released_at = now() where sentry_org_id = 'contested';
update tocsin.installation_owners set released_at = now() where installation_id = pg_temp.id('contested');
select is(pg_temp.claims('globex', 'contested'), 'true', 'what was released may be claimed');
select is(pg_temp.claims('acme', 'contested'), 'false', 'and is then the other one''s');

-- --- invitations -------------------------------------------------------------------------------------------------------
create function pg_temp.invited(what text default 'organization_slug || '':'' || email || '':'' || role') returns text
    language sql as $$ select pg_temp.gateway(format($f$ select %s from tocsin.find_invitation(sha256('acme')) $f$, what)) $$;
select is(pg_temp.invited(), 'acme:new@acme.example:viewer', 'an invitation is found by its token');
select is(pg_temp.invited('coalesce(account_id::text, ''none'')'), 'none', 'with no account where the address has none');
call pg_temp.move_time('72 hours');
select is(pg_temp.invited(), null, 'it runs out');
call pg_temp.move_time('0');
insert into tocsin.users (user_id, email, password_hash) values (pg_temp.id('acme second'), 'second@acme.example', 'x');
insert into tocsin.members (organization_id, user_id, role) values (pg_temp.id('acme'), pg_temp.id('acme second'), 'viewer');
update tocsin.invitations set invited_by = pg_temp.id('acme second') where organization_id = pg_temp.id('acme');
select is(pg_temp.invited(), null, 'it ends with the rights of whoever invited');
update tocsin.invitations set invited_by = null, invited_by_token = pg_temp.id('acme token') where organization_id = pg_temp.id('acme');
select is(pg_temp.invited(), null, 'be it a token');
update tocsin.api_tokens set role = 'admin', revoked_at = null, expires_at = null where organization_id = pg_temp.id('acme');
select isnt(pg_temp.invited(), null, 'that may');
update tocsin.api_tokens set revoked_at = now() where organization_id = pg_temp.id('acme');
select is(pg_temp.invited(), null, 'and is not revoked');
update tocsin.invitations set invited_by_token = null where organization_id = pg_temp.id('acme');
create function pg_temp.accepted() returns text
    language sql as $$ select pg_temp.gateway(format($f$ select tocsin.accept_invitation(sha256('acme'), %L, 'New', 'a hash') $f$, pg_temp.id('new'))) $$;
select is(pg_temp.accepted(), 'acme', 'it is accepted');
select is(pg_temp.accepted(), null, 'once');
select is((select role from tocsin.members where user_id = pg_temp.id('new')), 'viewer', 'and makes the member that it says');
select is((select string_agg(action || ' by ' || actor_name, ', ' order by audit_id) from tocsin.audit_log
            where organization_id = pg_temp.id('acme') and actor_id = pg_temp.id('new')),
          'member.added by new@acme.example, invitation.accepted by new@acme.example', 'the audit log says so');

-- --- guessing ------------------------------------------------------------------------------------------------------------
create function pg_temp.charge(key text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select tocsin.charge_attempt(array[%L, 'all'], array[2, 100], array[300, 5]) $f$, key)) $$;
select is(pg_temp.charge('one'), '0', 'the first attempt is free');
select is(pg_temp.charge('one'), '0', 'and the second');
select is(pg_temp.charge('one'), '1', 'then there is a wait');
select is(pg_temp.charge('two'), '0', 'for nobody else');
call pg_temp.move_time('1 second');
select is(pg_temp.charge('one'), '0', 'after it there is another attempt');
select is(pg_temp.charge('one'), '2', 'and the wait doubles');
select is((select ceil(failures)::integer from tocsin.attempts where attempt_key = 'all'), 4, 'what was refused is not counted');
call pg_temp.move_time('3 seconds');
select pg_temp.gateway($$ select tocsin.clear_attempt(array['one'], array['all']) $$) \g /dev/null
select is((select string_agg(attempt_key || ceil(failures), ' ' order by attempt_key) from tocsin.attempts), 'all3 one0 two1', 'what was no guess is taken back');
update tocsin.attempts set failures = 50, last_at = tocsin.now() where attempt_key = 'all';
call pg_temp.move_time('18 minutes 3 seconds');
select is(pg_temp.charge('three'), '0', 'a while later');
select is((select round(failures)::integer from tocsin.attempts where attempt_key = 'all'), 1, 'failures are forgotten evenly');
call pg_temp.move_time('50 minutes');
select is(pg_temp.charge('two'), '0', 'after half an hour');
select is((select failures from tocsin.attempts where attempt_key = 'two'), 1::double precision, 'there are none');
call pg_temp.move_time('0');

-- --- one's own account ---------------------------------------------------------------------------------------------------
create function pg_temp.set_password(old text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select tocsin.change_password(%L, %L, 'another hash', sha256('acme')) $f$, pg_temp.id('acme user'), old)) $$;
insert into tocsin.sessions (token_hash, user_id) values (sha256('elsewhere'), pg_temp.id('acme user'));
select is(pg_temp.set_password('not the hash'), 'false', 'a password that was changed meanwhile stays');
select is(pg_temp.set_password('not a hash of acme'), 'true', 'else it is changed');
select is((select string_agg(encode(token_hash, 'hex'), '') from tocsin.sessions where user_id = pg_temp.id('acme user')),
          encode(sha256('acme'), 'hex'), 'and the other sessions end');
insert into tocsin.password_resets (token_hash, user_id, expires_at) values (sha256('reset'), pg_temp.id('acme user'), now() + interval '1 hour');
create function pg_temp.reset() returns text
    language sql as $$ select pg_temp.gateway($f$ select tocsin.accept_password_reset(sha256('reset'), 'a third hash') $f$) $$;
call pg_temp.move_time('1 hour');
select is(pg_temp.reset(), 'false', 'a reset runs out');
call pg_temp.move_time('0');
select is(pg_temp.reset(), 'true', 'it works once');
select is(pg_temp.reset(), 'false', 'and no more');
select is((select count(*) from tocsin.sessions where user_id = pg_temp.id('acme user')), 0::bigint, 'it ends every session');

-- --- the owner -------------------------------------------------------------------------------------------------------------
create function pg_temp.fails_at_end(query text) returns text
    language plpgsql as $$
begin
    execute query;
    set constraints tocsin.keep_an_owner immediate;
    return 'no';
exception when others then
    return sqlstate;
end
$$;
select is(pg_temp.fails_at_end(format('delete from tocsin.members where organization_id = %L and role = ''owner''', pg_temp.id('acme'))), '23000',
          'no organization with members is left without an owner');
select is(pg_temp.fails_at_end(format('update tocsin.members set role = ''admin'' where organization_id = %L and role = ''owner''', pg_temp.id('acme'))), '23000',
          'nor by a demotion');

-- --- partitions --------------------------------------------------------------------------------------------------------
create function pg_temp.scheduler(query text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_scheduler', '', query) $$;
select is(pg_temp.scheduler('select tocsin.make_delivery_partitions(14)'), '0', 'the days ahead were made by the migration');
call pg_temp.move_time('10 days');
select is(pg_temp.scheduler('select tocsin.make_delivery_partitions(14)'), '10', 'ten days later ten are missing');
select is(pg_temp.scheduler('select tocsin.make_delivery_partitions(14)'), '0', 'once');
set local timezone = 'Pacific/Auckland';
select is(pg_temp.scheduler('select tocsin.make_delivery_partitions(14)'), '0', 'whatever the time zone of the session is');
set local timezone = 'UTC';
-- Materialized, or the planner may look at the names of other tables.
select is((with partitions as materialized (
               select c.relname, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'tocsin.deliveries'::regclass)
           select count(*) from partitions
            where bound <> format('FOR VALUES FROM (''%s 00:00:00+00'') TO (''%s 00:00:00+00'')',
                      to_date(right(relname, 8), 'YYYYMMDD'), to_date(right(relname, 8), 'YYYYMMDD') + 1)),
          0::bigint, 'each partition is the day of UTC that its name says');
select is((select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'tocsin.deliveries'::regclass and not (c.relrowsecurity and c.relforcerowsecurity)),
          0::bigint, 'the new ones are behind the wall too');
select is((select count(*) from pg_index x join pg_inherits i on i.inhrelid = x.indrelid
            where i.inhparent = 'tocsin.deliveries'::regclass),
          (select 3 * count(*) from pg_inherits where inhparent = 'tocsin.deliveries'::regclass),
          'each has the indexes of the whole, once');
insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, signing_key, body_sha256, body_bytes)
    values (pg_temp.id('acme'), pg_temp.id('late'), pg_temp.id('acme integration'), 'issue', 'created', 'opened', 'a test', 'app', sha256(''), 0);
select is((select count(*) from tocsin.deliveries where delivery_id = pg_temp.id('late')), 1::bigint, 'a delivery of that day has a place');

select is(pg_temp.scheduler($$ select tocsin.drop_delivery_partitions('30 days') $$), '0', 'nothing is older than the retention');
select is(pg_temp.scheduler($$ select tocsin.drop_delivery_partitions('9 days') $$), '2', 'what is older goes: yesterday and today of ten days ago');
select is((select count(*) from tocsin.deliveries), 1::bigint, 'with its deliveries, and no others');
select is(pg_temp.as_role('tocsin_gateway', '', $$ select tocsin.drop_delivery_partitions('0 days') $$), '42501', 'the gateway drops nothing');

select * from finish();
rollback;
