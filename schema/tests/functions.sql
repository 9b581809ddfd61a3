-- Time, lookups before the organization is known, and the partitions of deliveries.
\ir support/fixture.sql

select no_plan();

-- Moves the schema's clock.
create procedure pg_temp.move_time(offset_ interval)
    language plpgsql as $$
begin
    execute format('create or replace function tocsin.now() returns timestamptz language sql stable parallel safe '
                   'as $f$ select pg_catalog.now() + interval %L $f$', offset_);
end
$$;

-- --- time ------------------------------------------------------------------------------------------------------------
select is(tocsin.now(), now(), 'the time is that of the transaction');
call pg_temp.move_time('3 days');
select is(tocsin.now(), now() + interval '3 days', 'a test can move the time');
insert into tocsin.organizations (organization_id, slug, name) values (pg_temp.id('later'), 'later', 'Later');
select is((select created_at from tocsin.organizations where slug = 'later'), now() + interval '3 days', 'defaults use the moved time');
call pg_temp.move_time('0');

select is(tocsin.current_organization(), null, 'no organization is set');
select set_config('app.tenant', '', true) \g /dev/null
select is(tocsin.current_organization(), null, 'an empty setting is no organization');

-- --- signing in --------------------------------------------------------------------------------------------------------
create function pg_temp.gateway(query text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_gateway', '', query) $$;

select is(pg_temp.gateway($$ select password_hash from tocsin.find_login('Owner@ACME.example') $$), 'not a hash of acme',
          'an account is found by its email address, in upper or lower case');
select is(pg_temp.gateway($$ select count(*) from tocsin.find_login('unknown@acme.example') $$), '0', 'an unknown address finds no account');
select is(pg_temp.as_role('tocsin_ingest', '', $$ select count(*) from tocsin.find_login('owner@acme.example') $$), '42501',
          'ingest cannot look up accounts');
select is(pg_temp.as_role('tocsin_scheduler', '', $$ select count(*) from tocsin.find_login('owner@acme.example') $$), '42501',
          'the scheduler cannot look up accounts');

\set session 'sha256(''a new session'')'
select pg_temp.gateway(format($$ select tocsin.start_session(sha256('a new session'), %L, '192.0.2.1', 'a browser') $$, pg_temp.id('acme user'))) \g /dev/null
create function pg_temp.session_user_of(idle text, age text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select email from tocsin.find_session(sha256('a new session'), %L, %L) $f$, idle, age)) $$;
select is(pg_temp.session_user_of('24 hours', '30 days'), 'owner@acme.example', 'a session identifies its user');
call pg_temp.move_time('23 hours');
select is(pg_temp.session_user_of('24 hours', '30 days'), 'owner@acme.example', 'a session that is used stays valid');
select is((select last_seen_at from tocsin.sessions where token_hash = :session), now() + interval '23 hours', 'its last use is recorded');
call pg_temp.move_time('46 hours');
select is(pg_temp.session_user_of('24 hours', '30 days'), 'owner@acme.example', 'the idle limit counts from the last use');
call pg_temp.move_time('46 hours 30 seconds');
select is(pg_temp.session_user_of('24 hours', '30 days'), 'owner@acme.example', 'a use within a minute of the last one is valid');
select is((select last_seen_at from tocsin.sessions where token_hash = :session), now() + interval '46 hours', 'and is not recorded');
select is(pg_temp.session_user_of('24 hours', '40 hours'), null, 'a session ends at its maximum age, even if it is used');
call pg_temp.move_time('71 hours');
select is(pg_temp.session_user_of('24 hours', '30 days'), null, 'an idle session ends');
select is((select last_seen_at from tocsin.sessions where token_hash = :session), now() + interval '46 hours', 'a lookup does not revive it');
-- A short idle limit: each step is a use, and shorter than the limit.
update tocsin.sessions set last_seen_at = now() + interval '70 hours' where token_hash = :session;
create function pg_temp.session_ends_after(steps interval, idle text) returns text
    language plpgsql as $$
begin
    for i in 1..10 loop
        call pg_temp.move_time('70 hours' + i * steps);
        if pg_temp.session_user_of(idle, '30 days') is null then
            return format('ended at %s', i * steps);
        end if;
    end loop;
    return 'is valid';
end
$$;
select is(pg_temp.session_ends_after('50 seconds', '1 minute'), 'is valid', 'a session that is used every 50 seconds stays valid with an idle limit of 1 minute');
select is((select last_seen_at from tocsin.sessions where token_hash = :session), now() + interval '70 hours 500 seconds', 'and its last use is recorded');
update tocsin.sessions set last_seen_at = now() + interval '70 hours' where token_hash = :session;
select is(pg_temp.session_ends_after('20 seconds', '1 minute'), 'is valid', 'also where it is used more often');
update tocsin.sessions set last_seen_at = now() + interval '70 hours' where token_hash = :session;
select is(pg_temp.session_ends_after('61 seconds', '1 minute'), 'ended at 00:01:01', 'and ends after a minute without a use');
call pg_temp.move_time('0');
select pg_temp.gateway($$ select tocsin.end_session(sha256('a new session')) $$) \g /dev/null
select is((select count(*) from tocsin.sessions where token_hash = :session), 0::bigint, 'signing out deletes the session');

select is(pg_temp.gateway(format($$ select string_agg(slug || ':' || role, ',') from tocsin.organizations_of(%L) $$, pg_temp.id('acme user'))),
          'acme:owner', 'a user finds the organizations that the user belongs to');

-- --- API tokens --------------------------------------------------------------------------------------------------------
insert into tocsin.users (user_id, email, password_hash) values (pg_temp.id('acme maker'), 'maker@acme.example', 'no hash');
create function pg_temp.token_of(secret text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select organization_slug || ':' || role from tocsin.find_api_token(sha256(%L)) $f$, secret)) $$;
select is(pg_temp.token_of('acme'), 'acme:responder', 'an API token identifies its organization and role');
select is((select last_used_at from tocsin.api_tokens where organization_id = pg_temp.id('acme')), now(), 'the last use of a token is recorded');
select is(pg_temp.token_of('nothing'), null, 'an unknown token is not valid');
update tocsin.api_tokens set expires_at = now() + interval '1 hour' where organization_id = pg_temp.id('acme');
select is(pg_temp.token_of('acme'), 'acme:responder', 'a token is valid until it expires');
call pg_temp.move_time('1 hour');
select is(pg_temp.token_of('acme'), null, 'an expired token is not valid');
call pg_temp.move_time('0');
update tocsin.api_tokens set role = 'responder', created_by = pg_temp.id('acme maker'), expires_at = null where organization_id = pg_temp.id('acme');
select is(pg_temp.token_of('acme'), null, 'a token whose maker is not a member is not valid');
insert into tocsin.members (organization_id, user_id, role) values (pg_temp.id('acme'), pg_temp.id('acme maker'), 'admin');
select is(pg_temp.token_of('acme'), 'acme:responder', 'a token has its own role at most');
update tocsin.api_tokens set role = 'deployer', scopes = '{grants:call}' where organization_id = pg_temp.id('acme');
select is(pg_temp.token_of('acme'), 'acme:deployer', 'a token of the role deployer keeps it, also if an owner made the token');
select is(pg_temp.gateway($$ select scopes::text from tocsin.find_api_token(sha256('acme')) $$), '{grants:call}', 'a token has scopes');
select throws_ok($$ update tocsin.api_tokens set scopes = '{}' where role = 'deployer' $$, '23514', null, 'a deployer has scopes');
update tocsin.api_tokens set role = 'responder', scopes = '{}' where organization_id = pg_temp.id('acme');
select throws_ok($$ update tocsin.api_tokens set scopes = '{grants:call}' where role = 'responder' $$, '23514', null, 'only a deployer has scopes');
update tocsin.members set role = 'viewer' where organization_id = pg_temp.id('acme') and user_id = pg_temp.id('acme maker');
select is(pg_temp.token_of('acme'), 'acme:viewer', 'a token has the role of its maker at most');
delete from tocsin.members where organization_id = pg_temp.id('acme') and user_id = pg_temp.id('acme maker');
insert into tocsin.members (organization_id, user_id, role) values (pg_temp.id('acme'), pg_temp.id('acme maker'), 'admin');
select is(pg_temp.token_of('acme'), null, 'the tokens of a member who was removed do not return with the member');
update tocsin.api_tokens set role = 'responder', created_by = null, revoked_at = now() where organization_id = pg_temp.id('acme');
select is(pg_temp.token_of('acme'), null, 'a revoked token is not valid');

-- --- connect flows -----------------------------------------------------------------------------------------------------
create function pg_temp.flow_of(cookie text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select string_agg(flow_id::text, ',') from tocsin.find_connect_flows(sha256(%L)) $f$, cookie)) $$;
select is(pg_temp.flow_of('acme'), pg_temp.id('acme flow')::text, 'a browser finds its own connect flow');
select is(pg_temp.flow_of('nothing'), null, 'a browser does not find the flow of another one');
update tocsin.connect_flows set state_hash = sha256('a state') where organization_id = pg_temp.id('acme');
select is(pg_temp.flow_of('acme'), null, 'a flow with a state is not found without it');
select is(pg_temp.gateway($$ select flow_id from tocsin.find_connect_flow_of_state(sha256('a state')) $$), pg_temp.id('acme flow')::text, 'but with it');
update tocsin.connect_flows set state_hash = null where organization_id = pg_temp.id('acme');
call pg_temp.move_time('10 minutes');
select is(pg_temp.flow_of('acme'), null, 'a connect flow expires');
call pg_temp.move_time('0');
update tocsin.connect_flows set used_at = now() where organization_id = pg_temp.id('acme');
select is(pg_temp.flow_of('acme'), null, 'a connect flow works once');

-- --- claims ------------------------------------------------------------------------------------------------------------
create function pg_temp.claims(who text, org text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_gateway', pg_temp.id(who)::text,
        format($f$ select tocsin.claim_connection('https://claims.example', %L, %L, %L) $f$, org, pg_temp.id('contested'), pg_temp.id(who || ' integration'))) $$;
select is(pg_temp.claims('acme', 'contested'), 'true', 'the first claim succeeds');
select is(pg_temp.claims('acme', 'contested'), 'true', 'the owner can claim again');
select is(pg_temp.claims('globex', 'contested'), 'false', 'a claim of another organization fails');
select is(pg_temp.claims('globex', 'another'), 'false', 'a claim of the installation alone fails, too');
update tocsin.sentry_organization_owners set released_at = now() where sentry_org_id = 'contested';
update tocsin.installation_owners set released_at = now() where installation_id = pg_temp.id('contested');
select is(pg_temp.claims('globex', 'contested'), 'true', 'a released installation can be claimed');
select is(pg_temp.claims('acme', 'contested'), 'false', 'and then belongs to its new owner');

-- --- invitations -------------------------------------------------------------------------------------------------------
create function pg_temp.invited(what text default 'organization_slug || '':'' || email || '':'' || role') returns text
    language sql as $$ select pg_temp.gateway(format($f$ select %s from tocsin.find_invitation(sha256('acme')) $f$, what)) $$;
select is(pg_temp.invited(), 'acme:new@acme.example:viewer', 'an invitation is found by its token');
select is(pg_temp.invited('coalesce(account_id::text, ''none'')'), 'none', 'an invitation to an address without an account has no account');
call pg_temp.move_time('72 hours');
select is(pg_temp.invited(), null, 'an invitation expires');
call pg_temp.move_time('0');
insert into tocsin.users (user_id, email, password_hash) values (pg_temp.id('acme second'), 'second@acme.example', 'x');
insert into tocsin.members (organization_id, user_id, role) values (pg_temp.id('acme'), pg_temp.id('acme second'), 'viewer');
update tocsin.invitations set invited_by = pg_temp.id('acme second') where organization_id = pg_temp.id('acme');
select is(pg_temp.invited(), null, 'an invitation ends with its inviter''s rights');
update tocsin.invitations set invited_by = null, invited_by_token = pg_temp.id('acme token') where organization_id = pg_temp.id('acme');
select is(pg_temp.invited(), null, 'an invitation by a token ends with the token''s rights');
update tocsin.api_tokens set role = 'admin', revoked_at = null, expires_at = null where organization_id = pg_temp.id('acme');
select isnt(pg_temp.invited(), null, 'an invitation by an admin token is valid');
update tocsin.api_tokens set revoked_at = now() where organization_id = pg_temp.id('acme');
select is(pg_temp.invited(), null, 'an invitation by a revoked token is not valid');
update tocsin.invitations set invited_by_token = null where organization_id = pg_temp.id('acme');
create function pg_temp.accepted() returns text
    language sql as $$ select pg_temp.gateway(format($f$ select tocsin.accept_invitation(sha256('acme'), %L, 'New', 'a hash') $f$, pg_temp.id('new'))) $$;
select is(pg_temp.accepted(), 'acme', 'an invitation can be accepted');
select is(pg_temp.accepted(), null, 'an invitation can be accepted once');
select is((select role from tocsin.members where user_id = pg_temp.id('new')), 'viewer', 'the new member has the role of the invitation');
select is((select string_agg(action || ' by ' || actor_name, ', ' order by audit_id) from tocsin.audit_log
            where organization_id = pg_temp.id('acme') and actor_id = pg_temp.id('new')),
          'member.added by new@acme.example, invitation.accepted by new@acme.example', 'the audit log has both changes');

-- --- attempts ------------------------------------------------------------------------------------------------------------
create function pg_temp.charge(key text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select tocsin.charge_attempt(array[%L, 'all'], array[2, 100], array[300, 5]) $f$, key)) $$;
select is(pg_temp.charge('one'), '0', 'the first attempt needs no wait');
select is(pg_temp.charge('one'), '0', 'the second attempt needs no wait');
select is(pg_temp.charge('one'), '1', 'the third attempt has to wait');
select is(pg_temp.charge('two'), '0', 'another key has no wait');
call pg_temp.move_time('1 second');
select is(pg_temp.charge('one'), '0', 'after the wait, another attempt is possible');
select is(pg_temp.charge('one'), '2', 'the wait doubles');
select is((select ceil(failures)::integer from tocsin.attempts where attempt_key = 'all'), 4, 'refused attempts are not counted');
call pg_temp.move_time('3 seconds');
select pg_temp.gateway($$ select tocsin.clear_attempt(array['one'], array['all']) $$) \g /dev/null
select is((select string_agg(attempt_key || ceil(failures), ' ' order by attempt_key) from tocsin.attempts), 'all3 one0 two1', 'a successful attempt is not counted');
update tocsin.attempts set failures = 50, last_at = tocsin.now() where attempt_key = 'all';
call pg_temp.move_time('18 minutes 3 seconds');
select is(pg_temp.charge('three'), '0', 'after some time, there is no wait');
select is((select round(failures)::integer from tocsin.attempts where attempt_key = 'all'), 1, 'failures fade evenly');
call pg_temp.move_time('50 minutes');
select is(pg_temp.charge('two'), '0', 'after half an hour, there is no wait');
select is((select failures from tocsin.attempts where attempt_key = 'two'), 1::double precision, 'after half an hour, all failures are forgotten');
call pg_temp.move_time('0');

-- --- a user's account -----------------------------------------------------------------------------------------------------
create function pg_temp.set_password(old text) returns text
    language sql as $$ select pg_temp.gateway(format($f$ select tocsin.change_password(%L, %L, 'another hash', sha256('acme')) $f$, pg_temp.id('acme user'), old)) $$;
insert into tocsin.sessions (token_hash, user_id) values (sha256('elsewhere'), pg_temp.id('acme user'));
select is(pg_temp.set_password('not the hash'), 'false', 'a password that was changed meanwhile is kept');
select is(pg_temp.set_password('not a hash of acme'), 'true', 'a password can be changed');
select is((select string_agg(encode(token_hash, 'hex'), '') from tocsin.sessions where user_id = pg_temp.id('acme user')),
          encode(sha256('acme'), 'hex'), 'the other sessions end');
insert into tocsin.password_resets (token_hash, user_id, expires_at) values (sha256('reset'), pg_temp.id('acme user'), now() + interval '1 hour');
create function pg_temp.reset() returns text
    language sql as $$ select pg_temp.gateway($f$ select tocsin.accept_password_reset(sha256('reset'), 'a third hash') $f$) $$;
call pg_temp.move_time('1 hour');
select is(pg_temp.reset(), 'false', 'a password reset expires');
call pg_temp.move_time('0');
select is(pg_temp.reset(), 'true', 'a password reset works');
select is(pg_temp.reset(), 'false', 'a password reset works once');
select is((select count(*) from tocsin.sessions where user_id = pg_temp.id('acme user')), 0::bigint, 'a password reset ends every session');

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
          'the owner of an organization with members cannot be removed');
select is(pg_temp.fails_at_end(format('update tocsin.members set role = ''admin'' where organization_id = %L and role = ''owner''', pg_temp.id('acme'))), '23000',
          'the owner cannot be demoted');

-- --- partitions --------------------------------------------------------------------------------------------------------
create function pg_temp.scheduler(query text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_scheduler', '', query) $$;
select is(pg_temp.scheduler('select tocsin.make_delivery_partitions(14)'), '0', 'the migration created the partitions of the next days');
call pg_temp.move_time('10 days');
select is(pg_temp.scheduler('select tocsin.make_delivery_partitions(14)'), '10', 'ten days later, ten partitions are created');
select is(pg_temp.scheduler('select tocsin.make_delivery_partitions(14)'), '0', 'a second call creates none');
set local timezone = 'Pacific/Auckland';
select is(pg_temp.scheduler('select tocsin.make_delivery_partitions(14)'), '0', 'the time zone of the session does not matter');
set local timezone = 'UTC';
-- Materialized, because the planner could otherwise convert the names of other tables.
select is((with partitions as materialized (
               select c.relname, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'tocsin.deliveries'::regclass and c.relname <> 'deliveries_default')
           select count(*) from partitions
            where bound <> format('FOR VALUES FROM (''%s 00:00:00+00'') TO (''%s 00:00:00+00'')',
                      to_date(right(relname, 8), 'YYYYMMDD'), to_date(right(relname, 8), 'YYYYMMDD') + 1)),
          0::bigint, 'each partition is the UTC day in its name');
select is((select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'tocsin.deliveries'::regclass and not (c.relrowsecurity and c.relforcerowsecurity)),
          0::bigint, 'row-level security is forced on new partitions');
select is((select count(*) from pg_index x join pg_inherits i on i.inhrelid = x.indrelid
            where i.inhparent = 'tocsin.deliveries'::regclass),
          (select 3 * count(*) from pg_inherits where inhparent = 'tocsin.deliveries'::regclass),
          'each partition has each index once');
insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, signing_key, body_sha256, body_bytes)
    values (pg_temp.id('acme'), pg_temp.id('late'), pg_temp.id('acme integration'), 'issue', 'created', 'opened', 'a test', 'app', sha256(''), 0);
select is((select count(*) from tocsin.deliveries where delivery_id = pg_temp.id('late')), 1::bigint, 'a delivery of that day has a partition');

select is(pg_temp.scheduler($$ select tocsin.drop_delivery_partitions('30 days') $$), '0', 'no partition is older than the retention');
select is(pg_temp.scheduler($$ select tocsin.drop_delivery_partitions('9 days') $$), '2', 'older partitions are dropped: those of ten and eleven days ago');
select is((select count(*) from tocsin.deliveries), 1::bigint, 'their deliveries are deleted, and no others');
select is(pg_temp.as_role('tocsin_gateway', '', $$ select tocsin.drop_delivery_partitions('0 days') $$), '42501', 'the gateway cannot drop partitions');

-- --- vault keys ----------------------------------------------------------------------------------------------------------
create function pg_temp.sealed_by(key_id text) returns bytea
    language sql immutable as $$ select '\x01'::bytea || set_byte('\x00', 0, length(key_id)) || convert_to(key_id, 'utf8') || sha256('x') $$;
update tocsin.credentials set access_token_sealed = pg_temp.sealed_by('access'), refresh_token_sealed = pg_temp.sealed_by('refresh');
update tocsin.webhook_secrets set secret_sealed = pg_temp.sealed_by('webhook'), previous_sealed = pg_temp.sealed_by('previous'), previous_until = tocsin.now() + interval '1 hour';
update tocsin.approvals set result_sealed = pg_temp.sealed_by('result');
insert into tocsin.methods (user_id, kind, address_sealed, mask) select user_id, 'push', pg_temp.sealed_by('address'), 'push' from tocsin.users limit 1;
update tocsin.connect_flows set verifier_sealed = pg_temp.sealed_by('verifier'), used_at = null, expires_at = tocsin.now() + interval '1 minute';
create function pg_temp.needed_keys(role_name text) returns text
    language sql as $$ select pg_temp.as_role(role_name, '', 'select string_agg(key_id, '','' order by key_id) from tocsin.needed_vault_keys() as key_id') $$;
select is(pg_temp.needed_keys(role_name), 'access,address,previous,refresh,result,verifier,webhook', role_name || ' learns the vault keys of every sealed column')
  from unnest(array['tocsin_gateway', 'tocsin_scheduler', 'tocsin_operator']) role_name;
select is(pg_temp.needed_keys('tocsin_ingest'), '42501', 'ingest does not');
update tocsin.webhook_secrets set previous_until = tocsin.now();
update tocsin.connect_flows set expires_at = tocsin.now();
select is(pg_temp.needed_keys('tocsin_gateway'), 'access,address,refresh,result,webhook', 'what has expired needs no key');
update tocsin.credentials set access_token_sealed = '\x', refresh_token_sealed = '\x0120';
select is(pg_temp.needed_keys('tocsin_gateway'), 'address,result,webhook', 'a damaged value names no key');

-- Every sealed column is one of those above.
select is((select string_agg(c.relname || '.' || a.attname, ', ' order by c.relname, a.attname)
             from pg_attribute a join pg_class c on c.oid = a.attrelid
            where c.relnamespace = 'tocsin'::regnamespace and c.relkind = 'r' and a.attname like '%\_sealed' and not a.attisdropped),
          'approvals.result_sealed, connect_flows.verifier_sealed, credentials.access_token_sealed, credentials.refresh_token_sealed, '
          'methods.address_sealed, vault_keys.check_sealed, webhook_secrets.previous_sealed, webhook_secrets.secret_sealed',
          'the sealed columns are known');

select * from finish();
rollback;
