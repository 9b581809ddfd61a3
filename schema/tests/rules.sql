-- Rules that constraints of the tables enforce.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('globex') as globex \gset

-- --- a row belongs to one organization ---------------------------------------------------------------------------------
select throws_ok(format($$ insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_id, service_id)
                           values (%L, gen_random_uuid(), %L, '99', %L) $$,
                        :'acme', pg_temp.id('acme integration'), pg_temp.id('globex service')),
                 '23503', null, 'a mapping cannot point at the service of another organization');
select throws_ok(format($$ insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_id, service_id)
                           values (%L, gen_random_uuid(), %L, '99', %L) $$,
                        :'acme', pg_temp.id('globex integration'), pg_temp.id('acme service')),
                 '23503', null, 'a mapping cannot belong to the integration of another organization');
select throws_ok(format($$ insert into tocsin.credentials (organization_id, integration_id, access_token_sealed, issued_at)
                           values (%L, %L, 'x', tocsin.now()) $$, :'acme', pg_temp.id('globex integration')),
                 '23503', null, 'a credential cannot belong to the integration of another organization');
select throws_ok(format($$ insert into tocsin.installation_owners (sentry_host, installation_id, organization_id, integration_id)
                           values ('h', gen_random_uuid(), %L, %L) $$, :'acme', pg_temp.id('globex integration')),
                 '23503', null, 'an installation cannot belong to the integration of another organization');
select throws_ok(format($$ insert into tocsin.connect_flows (organization_id, flow_id, integration_id, binding_hash, purpose, expires_at)
                           values (%L, gen_random_uuid(), %L, sha256('x'), 'connect', tocsin.now()) $$, :'acme', pg_temp.id('globex integration')),
                 '23503', null, 'a connect flow cannot belong to the integration of another organization');
select throws_ok(format($$ insert into tocsin.incidents (organization_id, number, service_id, source_kind, title, status, severity, opened_at, last_seen_at)
                           values (%L, 2, %L, 'manual', 't', 'open', 'error', tocsin.now(), tocsin.now()) $$, :'acme', pg_temp.id('globex service')),
                 '23503', null, 'an incident cannot belong to the service of another organization');

-- --- unique keys ------------------------------------------------------------------------------------------------------
select throws_ok(format($$ insert into tocsin.installation_owners (sentry_host, installation_id, organization_id, integration_id)
                           values ('https://sentry.example', %L, %L, %L) $$,
                        pg_temp.id('globex installation'), :'acme', pg_temp.id('acme integration')),
                 '23505', null, 'an installation has one owner in the whole deployment');
select throws_ok(format($$ insert into tocsin.sentry_organization_owners (sentry_host, sentry_org_id, organization_id)
                           values ('https://sentry.example', 'globex', %L) $$, :'acme'),
                 '23505', null, 'a Sentry organization has one owner in the whole deployment');
select lives_ok(format($$ insert into tocsin.sentry_organization_owners (sentry_host, sentry_org_id, organization_id)
                          values ('https://other.example', 'globex', %L) $$, :'acme'),
                'the same id at another Sentry host is another organization');
select throws_ok(format($$ insert into tocsin.services (organization_id, service_id, slug, name)
                           values (%L, gen_random_uuid(), 'checkout', 'Another') $$, :'acme'),
                 '23505', null, 'a slug belongs to one service of an organization');
update tocsin.services set archived_at = tocsin.now() where organization_id = :'acme';
select lives_ok(format($$ insert into tocsin.services (organization_id, service_id, slug, name)
                          values (%L, gen_random_uuid(), 'checkout', 'Another') $$, :'acme'),
                'the slug of an archived service is available again');
select throws_ok(format($$ insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_id, service_id)
                           values (%L, gen_random_uuid(), %L, '42', %L) $$,
                        :'acme', pg_temp.id('acme integration'), pg_temp.id('acme service')),
                 '23505', null, 'a Sentry project has one mapping');
select throws_ok($$ insert into tocsin.users (user_id, email, password_hash) values (gen_random_uuid(), 'OWNER@acme.example', 'x') $$,
                 '23505', null, 'an email address belongs to one user, in upper or lower case');
insert into tocsin.users (user_id, email, password_hash) values (pg_temp.id('second'), 'second@acme.example', 'x');
select throws_ok(format($$ insert into tocsin.members (organization_id, user_id, role) values (%L, %L, 'owner') $$, :'acme', pg_temp.id('second')),
                 '23505', null, 'an organization has one owner');
select lives_ok(format($$ insert into tocsin.members (organization_id, user_id, role) values (%L, %L, 'admin') $$, :'acme', pg_temp.id('second')),
                'an organization has any number of other members');

-- --- one open incident per source ----------------------------------------------------------------------------------------
\set incident 'insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, title, status, severity, opened_at, last_seen_at) values (%L, %s, %L, %L, %L, %L, ''t'', ''open'', ''error'', tocsin.now(), tocsin.now())'
select throws_ok(format(:'incident', :'acme', 2, pg_temp.id('acme service'), pg_temp.id('acme integration'), 'issue', '7'),
                 '23505', null, 'a source has one open incident');
select lives_ok(format(:'incident', :'acme', 3, pg_temp.id('acme service'), pg_temp.id('acme integration'), 'metric_alert', '7'),
                'a metric alert with the same id is another source');
update tocsin.incidents set status = 'acknowledged', acknowledged_at = tocsin.now() where organization_id = :'acme' and number = 1;
select throws_ok(format(:'incident', :'acme', 2, pg_temp.id('acme service'), pg_temp.id('acme integration'), 'issue', '7'),
                 '23505', null, 'an acknowledged incident counts as open');
update tocsin.incidents set status = 'resolved', resolved_at = tocsin.now(), resolution = 'sentry' where organization_id = :'acme' and number = 1;
select lives_ok(format(:'incident', :'acme', 2, pg_temp.id('acme service'), pg_temp.id('acme integration'), 'issue', '7'),
                'a source can have a new incident after the last one is resolved');

-- --- check constraints ----------------------------------------------------------------------------------------------------
select throws_ok(format($$ update tocsin.incidents set status = 'resolved' where organization_id = %L and number = 2 $$, :'acme'),
                 '23514', null, 'a resolved incident has a time of resolution');
select throws_ok(format($$ update tocsin.incidents set resolved_at = tocsin.now() where organization_id = %L and number = 2 $$, :'acme'),
                 '23514', null, 'an open incident has no time of resolution');
select throws_ok(format($$ update tocsin.incidents set source_id = null where organization_id = %L and number = 2 $$, :'acme'),
                 '23514', null, 'an incident from Sentry has a source');
select throws_ok(format($$ update tocsin.integrations set status = 'broken' where organization_id = %L $$, :'acme'),
                 '23514', null, 'an unknown status is refused');
select throws_ok(format($$ update tocsin.mappings set sentry_project_id = null where organization_id = %L $$, :'acme'),
                 '23514', null, 'a mapping has a project');
select throws_ok(format($$ insert into tocsin.services (organization_id, service_id, slug, name) values (%L, gen_random_uuid(), %L, 'x') $$, :'acme', slug),
                 '23514', null, format('the slug %L is refused', slug))
  from unnest(array['', '-a', 'a-', 'A', 'a b', 'a/b', 'ü', repeat('a', 64)]) slug;
select lives_ok(format($$ insert into tocsin.services (organization_id, service_id, slug, name) values (%L, gen_random_uuid(), %L, 'x') $$, :'acme', slug),
                format('the slug %L is accepted', slug))
  from unnest(array['a', 'a-b', '7', repeat('a', 63)]) slug;

-- --- which integrations have ended ---------------------------------------------------------------------------------------
create function pg_temp.ended(status text, reason text) returns boolean
    language sql as $$
    update tocsin.integrations set status = ended.status, status_reason = ended.reason
     where integration_id = pg_temp.id('acme integration') returning ended
$$;
select is(pg_temp.ended(status, reason), wanted, format('%s, %s: ended is %s', status, reason, wanted))
  from (values ('pending', 'awaiting_install', false), ('connected', 'ok', false), ('degraded', 'refresh_failing', false),
               ('disconnected', 'refused', false), ('disconnected', 'expired', false),
               ('disconnected', 'uninstalled', true), ('disconnected', 'disconnected_by_admin', true)) as k (status, reason, wanted);
select throws_ok($$ update tocsin.integrations set ended = true $$, '428C9', null, 'ended cannot be written');

-- --- the column of the earlier release -----------------------------------------------------------------------------------
create function pg_temp.installed_at(assignment text) returns text
    language plpgsql as $$
declare
    answer text;
begin
    execute format('update tocsin.integrations set %s where integration_id = %L returning concat(told_installed_at is null, install_confirmed_at is null)',
                   assignment, pg_temp.id('acme integration')) into answer;
    return answer;
end
$$;
select is(pg_temp.installed_at('install_confirmed_at = tocsin.now()'), 'ff', 'told_installed_at follows install_confirmed_at');
select is(pg_temp.installed_at('told_installed_at = null'), 'tt', 'install_confirmed_at follows told_installed_at');
select is(pg_temp.installed_at('told_installed_at = tocsin.now()'), 'ff', 'in both directions');
select is(pg_temp.installed_at('scopes = scopes'), 'ff', 'an update of other columns changes neither');
select is(pg_temp.installed_at('install_confirmed_at = null'), 'tt', 'both can be cleared');

select * from finish();
rollback;
