-- Rows for every table of the schema up to the change `changes`: every status, outcome, role, and kind that it allows, in two
-- organizations. ./dump runs this at a fixed time and writes changes.sql. No value is a secret.
\set ON_ERROR_STOP 1
begin;

create function pg_temp.id(name text) returns uuid
    language sql immutable as $$ select md5(name)::uuid $$;
create function pg_temp.hash(name text) returns bytea
    language sql immutable as $$ select sha256(name::bytea) $$;
-- A time before or after the fixed time of the schema.
create function pg_temp.at(shift interval) returns timestamptz
    language sql stable as $$ select tocsin.now() + shift $$;

create temp table tenants as
    select slug, pg_temp.id(slug) as org, pg_temp.id(slug || ' owner') as owner, pg_temp.id(slug || ' checkout') as service,
           pg_temp.id(slug || ' connected') as integration
      from unnest(array['initech', 'hooli']) slug;

-- --- people ------------------------------------------------------------------------------------------------------------
insert into tocsin.organizations (organization_id, slug, name, created_at)
    select org, slug, initcap(slug), pg_temp.at('-90 days') from tenants;
insert into tocsin.organizations (organization_id, slug, name) values (pg_temp.id('empty'), 'empty', 'An organization without members');

insert into tocsin.users (user_id, email, name, password_hash, created_at)
    select pg_temp.id(slug || ' ' || role), role || '@' || slug || '.example', initcap(role) || ' Müller', 'not a hash of ' || slug || ' ' || role,
           pg_temp.at('-89 days')
      from tenants cross join unnest(array['owner', 'admin', 'responder', 'viewer']) role;
insert into tocsin.members (organization_id, user_id, role, created_at)
    select org, pg_temp.id(slug || ' ' || role), role, pg_temp.at('-89 days')
      from tenants cross join unnest(array['owner', 'admin', 'responder', 'viewer']) role;
-- A person in both organizations, with another role in each.
insert into tocsin.users (user_id, email, password_hash) values (pg_temp.id('both'), 'Both@example.com', 'not a hash of both');
select set_config('app.actor_kind', 'user', true), set_config('app.actor_id', pg_temp.id('initech owner')::text, true),
       set_config('app.actor', 'owner@initech.example', true), set_config('app.address', '192.0.2.7', true),
       set_config('app.request_id', 'request-1', true) \g /dev/null
insert into tocsin.members (organization_id, user_id, role) values (pg_temp.id('initech'), pg_temp.id('both'), 'admin');
insert into tocsin.members (organization_id, user_id, role) values (pg_temp.id('hooli'), pg_temp.id('both'), 'viewer');
update tocsin.members set role = 'responder' where organization_id = pg_temp.id('initech') and user_id = pg_temp.id('both');

insert into tocsin.sessions (token_hash, session_id, user_id, created_at, last_seen_at, address, user_agent)
    select pg_temp.hash(slug || ' session ' || age), pg_temp.id(slug || ' session ' || age), owner, pg_temp.at(-age), pg_temp.at(-age / 2),
           '198.51.100.4', 'Mozilla/5.0 (X11; Linux x86_64)'
      from tenants cross join unnest(array['1 hour', '40 days']::interval[]) age;
insert into tocsin.known_devices (device_hash, user_id, created_at, last_used_at)
    select pg_temp.hash(slug || ' device'), owner, pg_temp.at('-80 days'), pg_temp.at('-1 hour') from tenants;
insert into tocsin.password_resets (token_hash, user_id, created_at, expires_at, used_at)
    select pg_temp.hash(slug || ' reset ' || coalesce(used::text, 'open')), owner, pg_temp.at('-30 minutes'), pg_temp.at('30 minutes'), pg_temp.at(used)
      from tenants cross join unnest(array[null, '-10 minutes']::interval[]) used;
insert into tocsin.attempts (attempt_key, failures, last_at)
    values ('account:' || encode(pg_temp.hash('owner@initech.example'), 'hex'), 3.5, pg_temp.at('-2 minutes')), ('all', 12, pg_temp.at('-1 second'));

insert into tocsin.api_tokens (organization_id, token_id, token_hash, name, role, created_by, created_by_name, created_at, expires_at, last_used_at)
    select org, pg_temp.id(slug || ' token ' || role), pg_temp.hash(slug || ' token ' || role), role || ' script', role, owner,
           'owner@' || slug || '.example', pg_temp.at('-60 days'), case role when 'viewer' then pg_temp.at('30 days') end, pg_temp.at('-1 day')
      from tenants cross join unnest(array['admin', 'responder', 'viewer']) role;
insert into tocsin.api_tokens (organization_id, token_id, token_hash, name, role, created_at)
    select org, pg_temp.id(slug || ' token revoked'), pg_temp.hash(slug || ' token revoked'), 'made on the command line', 'admin', pg_temp.at('-50 days')
      from tenants;
update tocsin.api_tokens set revoked_at = pg_temp.at('-20 days') where name = 'made on the command line';

insert into tocsin.invitations (organization_id, invitation_id, token_hash, email, role, invited_by, invited_by_name, created_at, expires_at)
    select org, pg_temp.id(slug || ' invitation ' || role), pg_temp.hash(slug || ' invitation ' || role), 'new-' || role || '@' || slug || '.example', role,
           owner, 'owner@' || slug || '.example', pg_temp.at('-1 day'), pg_temp.at('2 days')
      from tenants cross join unnest(array['owner', 'admin', 'responder', 'viewer']) role;
update tocsin.invitations set accepted_at = pg_temp.at('-1 hour'), accepted_by = pg_temp.id('both') where role = 'viewer';
update tocsin.invitations set revoked_at = pg_temp.at('-1 hour') where role = 'admin';
insert into tocsin.invitations (organization_id, invitation_id, token_hash, email, role, invited_by_token, invited_by_name, created_at, expires_at)
    select org, pg_temp.id(slug || ' invitation expired'), pg_temp.hash(slug || ' invitation expired'), 'late@' || slug || '.example', 'viewer',
           pg_temp.id(slug || ' token admin'), 'admin script', pg_temp.at('-9 days'), pg_temp.at('-6 days')
      from tenants;

-- --- services and integrations ---------------------------------------------------------------------------------------------
insert into tocsin.services (organization_id, service_id, slug, name, description, created_at)
    select org, pg_temp.id(t.slug || ' ' || name), name, initcap(name), 'Everything about ' || name, pg_temp.at('-85 days')
      from tenants t cross join unnest(array['checkout', 'search', 'retired']) name;
update tocsin.services set archived_at = pg_temp.at('-30 days') where slug = 'retired';

-- Each status with each of its reasons, in each mode.
insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason, status_since, sentry_org_id, sentry_org_slug,
                                 sentry_org_name, installation_id, scopes, told_installed_at, created_at)
    select org, case when mode = 'public' and reason = 'ok' then integration else pg_temp.id(concat_ws(' ', slug, mode, status, reason)) end, mode,
           'https://sentry.example', status, reason, pg_temp.at('-3 days'),
           case when status <> 'pending' then left(md5(concat_ws(' ', slug, mode, status, reason)), 12) end,
           case when status <> 'pending' then concat_ws('-', slug, mode, replace(reason, '_', '-')) end,
           case when status <> 'pending' then concat_ws(' ', initcap(slug), mode, reason) end,
           case when mode = 'public' and reason not in ('awaiting_install', 'choose_organization')
                then pg_temp.id(concat_ws(' ', slug, 'installation', status, reason)) end,
           case when status <> 'pending' then array['org:read', 'project:read', 'team:read', 'event:read'] else '{}' end,
           case when mode = 'public' and status in ('degraded', 'disconnected') then pg_temp.at('-40 days') end,
           pg_temp.at('-41 days')
      from tenants
     cross join (values ('pending', 'awaiting_install'), ('pending', 'choose_organization'), ('pending', 'confirm_organization'), ('connected', 'ok'),
                        ('degraded', 'refresh_failing'), ('degraded', 'client_misconfigured'), ('disconnected', 'refused'), ('disconnected', 'expired'),
                        ('disconnected', 'uninstalled'), ('disconnected', 'disconnected_by_admin')) as states (status, reason)
     cross join unnest(array['public', 'oauth', 'internal']) mode;
-- One of the connected ones was confirmed to Sentry, the other was not yet.
update tocsin.integrations set told_installed_at = pg_temp.at('-40 days')
 where organization_id = pg_temp.id('initech') and mode = 'public' and status = 'connected';

create temp view ended as
    select organization_id, integration_id from tocsin.integrations where status_reason in ('uninstalled', 'disconnected_by_admin');

insert into tocsin.installation_owners (sentry_host, installation_id, organization_id, integration_id, claimed_at, released_at)
    select i.sentry_host, i.installation_id, i.organization_id, i.integration_id, i.created_at,
           case when e.integration_id is not null then pg_temp.at('-3 days') end
      from tocsin.integrations i left join ended e using (organization_id, integration_id)
     where i.installation_id is not null;
insert into tocsin.sentry_organization_owners (sentry_host, sentry_org_id, organization_id, claimed_at, released_at)
    select i.sentry_host, i.sentry_org_id, i.organization_id, i.created_at, case when e.integration_id is not null then pg_temp.at('-3 days') end
      from tocsin.integrations i left join ended e using (organization_id, integration_id)
     where i.sentry_org_id is not null;
insert into tocsin.unclaimed_installations (sentry_host, installation_id, sentry_org_slug, code_hash, received_at)
    values ('https://sentry.example', pg_temp.id('unclaimed with code'), 'northwind', pg_temp.hash('code'), pg_temp.at('-1 hour')),
           ('https://sentry.example', pg_temp.id('unclaimed'), '', null, pg_temp.at('-2 days'));
insert into tocsin.vault_keys (key_id, check_sealed, first_used) values ('k1', 'not a sealed value', pg_temp.at('-90 days'));

insert into tocsin.credentials (organization_id, integration_id, access_token_sealed, refresh_token_sealed, issued_at, expires_at, refreshed_at, due_at,
                                lease_owner, lease_until, fence, failed_attempts, last_error, in_doubt)
    select organization_id, integration_id, convert_to('not a token of ' || integration_id, 'UTF8'),
           case when mode <> 'internal' then convert_to('not a refresh token of ' || integration_id, 'UTF8') end,
           pg_temp.at('-4 hours'), case when mode <> 'internal' then pg_temp.at('4 hours') end, case when status = 'connected' then pg_temp.at('-4 hours') end,
           case when mode <> 'internal' then pg_temp.at('1 hour') end,
           case when status = 'degraded' then pg_temp.id('a scheduler') end, case when status = 'degraded' then pg_temp.at('30 seconds') end,
           case status when 'connected' then 17 when 'degraded' then 23 else 1 end, case status when 'degraded' then 3 else 0 end,
           case status when 'degraded' then 'HTTP 503 from Sentry' end, mode = 'oauth' and status = 'degraded'
      from tocsin.integrations
     where status <> 'pending' and (organization_id, integration_id) not in (select organization_id, integration_id from ended);
insert into tocsin.webhook_secrets (organization_id, integration_id, previous_sealed, secret_sealed, previous_until, set_at)
    select organization_id, integration_id, case when mode = 'oauth' then 'not the previous secret'::bytea end, 'not a secret',
           case when mode = 'oauth' then pg_temp.at('12 hours') end, pg_temp.at('-12 hours')
      from tocsin.integrations
     where mode <> 'public' and (organization_id, integration_id) not in (select organization_id, integration_id from ended);
insert into tocsin.sentry_organization_choices (organization_id, integration_id, sentry_org_id, sentry_org_slug, sentry_org_name)
    select organization_id, integration_id, n::text, 'choice-' || n, 'Choice ' || n
      from tocsin.integrations cross join generate_series(1, 2) n where status_reason = 'choose_organization';

insert into tocsin.refresh_attempts (organization_id, integration_id, attempt_id, fence, trigger, started_at, finished_at, outcome, http_status, detail, next_at)
    select org, integration, pg_temp.id(concat_ws(' ', slug, 'attempt', trigger, outcome)), row_number() over (partition by org order by trigger, outcome),
           trigger, pg_temp.at('-2 hours'), pg_temp.at('-2 hours' + interval '300 milliseconds'), outcome,
           case outcome when 'refreshed' then 200 when 'refused' then 400 when 'transient' then 503 when 'rate_limited' then 429 end,
           case when outcome not in ('refreshed', 'lost') then 'what Sentry said' end, case when outcome <> 'superseded' then pg_temp.at('1 hour') end
      from tenants cross join unnest(array['schedule', 'person', 'use']) trigger
     cross join unnest(array['refreshed', 'refused', 'transient', 'rate_limited', 'lost', 'superseded']) outcome;
insert into tocsin.refresh_attempts (organization_id, integration_id, attempt_id, fence, trigger, started_at)
    select org, integration, pg_temp.id(slug || ' attempt unfinished'), 99, 'schedule', pg_temp.at('-5 seconds') from tenants;

insert into tocsin.connect_flows (organization_id, flow_id, integration_id, user_id, session_hash, binding_hash, state_hash, verifier_sealed, purpose,
                                  wanted_org, allow_other, created_at, expires_at, used_at)
    select i.organization_id, pg_temp.id(i.integration_id || flow), i.integration_id, t.owner, pg_temp.hash(t.slug || ' session 01:00:00'),
           pg_temp.hash(i.integration_id || flow), case when i.mode = 'oauth' then pg_temp.hash('state ' || i.integration_id || flow) end,
           case when i.mode = 'oauth' and flow <> 'used' then 'not a verifier'::bytea end,
           case when flow = 'open' then 'connect' else 'reconnect' end, case when flow = 'open' then 'northwind' end, flow = 'used',
           pg_temp.at(case flow when 'expired' then interval '-1 hour' else '-2 minutes' end),
           pg_temp.at(case flow when 'expired' then interval '-50 minutes' else '8 minutes' end), case when flow = 'used' then pg_temp.at('-1 minute') end
      from tocsin.integrations i join tenants t on t.org = i.organization_id cross join unnest(array['open', 'used', 'expired']) flow
     where i.mode <> 'internal' and i.status_reason in ('awaiting_install', 'ok');

insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_id, sentry_project_slug, sentry_project_name, service_id, active,
                             inactive_until, paused_by_disconnect, environments, min_level, severity, on_archive, open_on_error, created_at)
    select t.org, pg_temp.id(concat_ws(' ', t.slug, m.project)), t.integration, m.sentry_id, m.project, initcap(m.project),
           pg_temp.id(t.slug || ' ' || m.service), m.active, m.until, false, m.environments, m.min_level, m.severity, m.on_archive, m.open_on_error,
           pg_temp.at('-40 days')
      from tenants t
     cross join (values ('101', 'checkout', 'checkout', true, null::timestamptz, '{}'::text[], null, 'auto', 'resolve', false),
                        ('102', 'search', 'search', true, null, '{production,Staging}', 'warning', 'critical', 'keep', true),
                        ('103', 'paused', 'search', false, pg_temp.at('1 day'), '{}', 'fatal', 'error', 'resolve', false),
                        (null, 'by-slug-only', 'checkout', true, null, '{}', 'sample', 'warning', 'resolve', false),
                        ('104', 'quiet', 'checkout', false, null, '{}', 'debug', 'info', 'keep', false),
                        ('105', 'info', 'checkout', true, null, '{}', 'info', 'auto', 'keep', false),
                        ('106', 'errors', 'checkout', true, null, '{}', 'error', 'auto', 'resolve', true))
           as m (sentry_id, project, service, active, until, environments, min_level, severity, on_archive, open_on_error);
insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_id, sentry_project_slug, service_id, active, paused_by_disconnect)
    select e.organization_id, pg_temp.id('paused ' || e.integration_id), e.integration_id, '101', 'checkout', t.service, false, true
      from ended e join tenants t on t.org = e.organization_id;
update tocsin.mappings set severity = 'error' where sentry_project_slug = 'info';

-- --- incidents ---------------------------------------------------------------------------------------------------------
insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, short_id, url, project_id, project_slug, title,
                              culprit, status, severity, severity_pinned, title_pinned, environment, release, level, opened_at, acknowledged_at, resolved_at,
                              resolution, last_seen_at, occurrences, assignee, reopened_count, previous_number, version)
    select t.org, n, t.service, case when kind <> 'manual' then t.integration end, kind, case when kind <> 'manual' then (7000 + n)::text end,
           case kind when 'issue' then 'CHECKOUT-' || n end, case when kind <> 'manual' then 'https://sentry.example/organizations/initech/issues/' || 7000 + n end,
           case when kind <> 'manual' then '101' end, case when kind <> 'manual' then 'checkout' end,
           'Incident ' || n || ': cannot charge the card — ' || severity, case kind when 'issue' then 'shop.cart/charge' end,
           status, severity, n % 4 = 0, n % 5 = 0, case when n % 3 > 0 then 'production' end, case when n % 2 > 0 then 'shop@1.' || n end,
           case when kind = 'issue' then 'error' end, pg_temp.at('-1 day' - n * interval '1 minute'),
           case when status = 'acknowledged' or n % 2 = 0 and status = 'resolved' then pg_temp.at('-20 hours') end,
           case when status = 'resolved' then pg_temp.at('-10 hours') end, resolution, pg_temp.at('-11 hours'), n * 3,
           case when n % 3 = 0 then 'responder@' || t.slug || '.example' end, n % 3, case when n > 12 then n - 12 end, n + 1
      from tenants t
     cross join (select row_number() over (order by kind, status, resolution, severity) as n, *
                   from unnest(array['issue', 'metric_alert', 'manual']) kind
                  cross join (values ('open', null), ('acknowledged', null), ('resolved', 'sentry'), ('resolved', 'archived'), ('resolved', 'person'))
                        as states (status, resolution)
                  cross join unnest(array['critical', 'error', 'warning', 'info']) severity) rows;
insert into tocsin.incident_counters (organization_id, last_number) select organization_id, max(number) from tocsin.incidents group by organization_id;

insert into tocsin.timeline (organization_id, incident_number, at, kind, actor_type, actor_name, actor_user_id, from_value, to_value, text, delivery_id)
    select t.org, n, pg_temp.at('-1 day'), kind, actor, case actor when 'user' then 'owner@' || t.slug || '.example' when 'sentry' then 'Sentry' else '' end,
           case actor when 'user' then t.owner end, case when kind like '%changed' then 'error' end, case when kind like '%changed' then 'critical' end,
           case when kind in ('opened', 'noted', 'commented') then 'What happened, in words: „ä“' end,
           case actor when 'sentry' then pg_temp.id(t.slug || ' delivery opened') end
      from tenants t cross join generate_series(1, 2) n
     cross join unnest(array['opened', 'updated', 'acknowledged', 'unacknowledged', 'resolved', 'reopened', 'noted', 'severity_changed', 'assigned',
                             'alert_attached', 'archived', 'event_counted', 'commented']) kind
     cross join unnest(array['user', 'sentry', 'system']) actor;

insert into tocsin.sources (organization_id, integration_id, source_kind, source_id, last_body_sha256, last_delivery_id, last_event_at, last_state_at,
                            unsettled_at, events, had_lifecycle, was_created, last_incident)
    select i.organization_id, i.integration_id, i.source_kind, i.source_id, pg_temp.hash('body ' || i.number), pg_temp.id('delivery ' || i.number),
           pg_temp.at('-11 hours'), pg_temp.at('-10 hours'), case when i.number % 7 = 0 then pg_temp.at('-5 minutes') end, i.occurrences,
           i.number % 2 = 0, i.number % 3 = 0, i.number
      from tocsin.incidents i where i.integration_id is not null;
-- A source that never had an incident.
insert into tocsin.sources (organization_id, integration_id, source_kind, source_id) select org, integration, 'issue', '9999' from tenants;
insert into tocsin.applied_events (organization_id, integration_id, event_hash, delivery_id, applied_at)
    select org, integration, pg_temp.hash('event ' || n), pg_temp.id(slug || ' delivery updated'), pg_temp.at('-1 day' + n * interval '1 hour')
      from tenants cross join generate_series(1, 5) n;
insert into tocsin.doubts (organization_id, integration_id, source_id, due_at, round, tries)
    select org, integration, (7000 + n)::text, pg_temp.at(n * interval '1 minute'), n, n - 1 from tenants cross join generate_series(1, 3) n;

-- --- deliveries --------------------------------------------------------------------------------------------------------
insert into tocsin.deliveries (organization_id, received_at, delivery_id, integration_id, resource, action, outcome, rule, request_id, hook_timestamp,
                               signing_key, project_id, project_slug, source_kind, source_id, incident_number, duplicate_of, body, body_sha256, body_bytes, cut)
    select t.org, pg_temp.at('-20 hours'), pg_temp.id(t.slug || ' delivery ' || outcome), t.integration,
           case outcome when 'unreadable' then '' else 'issue' end, case outcome when 'unreadable' then '' else 'created' end, outcome,
           'the rule of ' || outcome, 'request-of-' || outcome, '1795694400', 'current', case outcome when 'unreadable' then null when 'unmapped' then '999' else '101' end,
           case outcome when 'unreadable' then null when 'unmapped' then 'not-mapped' else 'checkout' end, case when outcome not in ('unreadable', 'unmapped') then 'issue' end,
           case when outcome not in ('unreadable', 'unmapped') then '7001' end,
           case when outcome in ('opened', 'reopened', 'updated', 'resolved', 'duplicate') then 1 end,
           case outcome when 'duplicate' then pg_temp.id(t.slug || ' delivery opened') end,
           case when outcome <> 'duplicate' then convert_to('{"action":"created","data":{"issue":{"id":"7001","title":"' || repeat('x', case outcome when 'opened' then 3000 else 30 end) || '"}}}', 'UTF8') end,
           pg_temp.hash('body of ' || outcome), 3060, outcome = 'unreadable'
      from tenants t
     cross join unnest(array['opened', 'reopened', 'updated', 'resolved', 'duplicate', 'stale', 'unmapped', 'inactive', 'filtered', 'ignored',
                             'unreadable']) outcome;
-- Of other days, other resources, other keys; and what was run again.
insert into tocsin.deliveries (organization_id, received_at, delivery_id, integration_id, resource, action, outcome, rule, request_id, signing_key,
                               source_kind, source_id, incident_number, body, body_sha256, body_bytes)
    select t.org, pg_temp.at(age), pg_temp.id(concat_ws(' ', t.slug, 'delivery', resource, key)), t.integration, resource, action, 'updated', 'counted', 'r-' || key,
           key, kind, '7021', 21, '{}', pg_temp.hash(resource || key), 2
      from tenants t
     cross join (values ('metric_alert', 'critical', 'metric_alert', 'previous', interval '-30 hours'), ('event_alert', 'triggered', 'issue', 'current', '-1 hour'),
                        ('issue', 'created', 'issue', 'replay', '-1 minute'), ('issue', 'resolved', 'issue', 'read_back', '-30 seconds'))
           as d (resource, action, kind, key, age);

-- --- the audit log ---------------------------------------------------------------------------------------------------------
-- Triggers have written most of it; here is each kind of actor.
insert into tocsin.audit_log (organization_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, before_value, after_value, address)
    select org, actor, case when actor in ('user', 'token') then owner end, actor || ' of ' || slug, 'integration.status_changed', 'integration', integration,
           'Initech', '{"status": "connected", "status_reason": "ok"}', '{"status": "degraded", "status_reason": "refresh_failing"}', '2001:db8::1'
      from tenants cross join unnest(array['user', 'token', 'operator', 'sentry', 'system']) actor;

commit;
