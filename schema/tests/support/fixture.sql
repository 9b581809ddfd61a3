-- Two organizations with a row in every table, and helpers. A test includes this file at the beginning of its transaction.
\set QUIET 1
\set ON_ERROR_STOP 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension pgtap;

create function pg_temp.id(name text) returns uuid
    language sql immutable as $$ select md5(name)::uuid $$;

-- The first value of a query by the role `role_name`, with the organization `tenant` set (empty: none), or its SQLSTATE if it fails.
create function pg_temp.as_role(role_name text, tenant text, query text) returns text
    language plpgsql as $$
declare
    result text;
begin
    perform set_config('app.tenant', tenant, true);
    perform set_config('role', role_name, true);
    begin
        execute query into result;
    exception when others then
        result := sqlstate;
    end;
    perform set_config('role', 'none', true);
    perform set_config('app.tenant', '', true);
    return result;
end
$$;

-- Every table with organization_id, except partitions, which are reached through their parent.
create temp table tenant_tables as
    select c.relname::text as table_name, format('tocsin.%I', c.relname) as full_name
      from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attname = 'organization_id' and not a.attisdropped;

create procedure pg_temp.create_organization(name text)
    language plpgsql as $$
declare
    org         constant uuid := pg_temp.id(name);
    integration constant uuid := pg_temp.id(name || ' integration');
    service     constant uuid := pg_temp.id(name || ' service');
    person      constant uuid := pg_temp.id(name || ' user');
    zeros       constant bytea := decode(repeat('00', 32), 'hex');
    own_hash    constant bytea := sha256(name::bytea);
begin
    insert into tocsin.organizations (organization_id, slug, name) values (org, name, name);
    insert into tocsin.users (user_id, email, password_hash) values (person, 'owner@' || name || '.example', 'not a hash of ' || name);
    insert into tocsin.members (organization_id, user_id, role) values (org, person, 'owner');
    insert into tocsin.sessions (token_hash, user_id) values (own_hash, person);
    insert into tocsin.api_tokens (organization_id, token_id, token_hash, name, role)
        values (org, pg_temp.id(name || ' token'), own_hash, 'script', 'responder');
    insert into tocsin.invitations (organization_id, invitation_id, token_hash, email, role, invited_by, expires_at)
        values (org, pg_temp.id(name || ' invitation'), own_hash, 'new@' || name || '.example', 'viewer', person, tocsin.now() + interval '72 hours');
    -- The same slug in both organizations.
    insert into tocsin.services (organization_id, service_id, slug, name) values (org, service, 'checkout', 'Checkout');
    insert into tocsin.service_owners (organization_id, service_id, user_id) values (org, service, person);
    insert into tocsin.service_former_slugs (organization_id, slug, service_id) values (org, 'cart', service);
    insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason)
        values (org, integration, 'public', 'https://sentry.example', 'connected', 'ok');
    insert into tocsin.installation_owners (sentry_host, installation_id, organization_id, integration_id)
        values ('https://sentry.example', pg_temp.id(name || ' installation'), org, integration);
    insert into tocsin.sentry_organization_owners (sentry_host, sentry_org_id, organization_id)
        values ('https://sentry.example', name, org);
    insert into tocsin.credentials (organization_id, integration_id, access_token_sealed, issued_at)
        values (org, integration, 'not a token', tocsin.now());
    insert into tocsin.audit_log (organization_id, actor_kind, action, subject_kind) values (org, 'system', 'a.test', 'test');
    insert into tocsin.webhook_secrets (organization_id, integration_id, secret_sealed) values (org, integration, 'not a secret');
    insert into tocsin.sentry_organization_choices (organization_id, integration_id, sentry_org_id, sentry_org_slug, sentry_org_name)
        values (org, integration, '1', name, name);
    insert into tocsin.refresh_attempts (organization_id, integration_id, attempt_id, fence, trigger)
        values (org, integration, pg_temp.id(name || ' attempt'), 1, 'schedule');
    insert into tocsin.connect_flows (organization_id, flow_id, integration_id, binding_hash, purpose, expires_at)
        values (org, pg_temp.id(name || ' flow'), integration, own_hash, 'connect', tocsin.now() + interval '10 minutes');
    insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_id, service_id)
        values (org, pg_temp.id(name || ' mapping'), integration, '42', service);
    insert into tocsin.sentry_projects (organization_id, integration_id, project_id, slug) values (org, integration, '42', 'checkout');
    insert into tocsin.grants (organization_id, grant_id, integration_id, name, holder_token_id, operations, contract, per_minute)
        values (org, pg_temp.id(name || ' grant'), integration, 'a script', pg_temp.id(name || ' token'), '{list_issues}', '2026-11-30', 60);
    insert into tocsin.approvals (organization_id, approval_id, grant_id, operation, request, asked_by_token, asked_by_name, expires_at)
        values (org, pg_temp.id(name || ' approval'), pg_temp.id(name || ' grant'), 'list_issues', '{}', pg_temp.id(name || ' token'), 'script', tocsin.now());
    insert into tocsin.grant_calls (organization_id, call_id, grant_id, operation, result)
        values (org, pg_temp.id(name || ' call'), pg_temp.id(name || ' grant'), 'list_issues', 'answered');
    insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, signing_key,
                                   body_sha256, body_bytes)
        values (org, pg_temp.id(name || ' delivery'), integration, 'issue', 'created', 'opened', 'a test', 'app', zeros, 0);
    insert into tocsin.sources (organization_id, integration_id, source_kind, source_id) values (org, integration, 'issue', '7');
    insert into tocsin.reconcile_requests (organization_id, integration_id, issue_id) values (org, integration, '7');
    insert into tocsin.applied_events (organization_id, integration_id, event_hash, delivery_id)
        values (org, integration, zeros, pg_temp.id(name || ' delivery'));
    insert into tocsin.metric_monitors (organization_id, integration_id, name_hash, source_kind, source_id)
        values (org, integration, zeros, 'metric_alert', '8');
    insert into tocsin.incident_counters (organization_id, last_number) values (org, 1);
    insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, title, status,
                                  severity, opened_at, last_seen_at)
        values (org, 1, service, integration, 'issue', '7', 'Checkout fails', 'open', 'error', tocsin.now(), tocsin.now());
    insert into tocsin.timeline (organization_id, incident_number, kind, actor_type) values (org, 1, 'opened', 'sentry');
    -- The organization has its default policy, and the person the method of the account.
    insert into tocsin.alarms (organization_id, incident_number, run, policy_id, version, urgency, cause)
        select org, 1, 1, p.policy_id, p.version, 'high', 'opened' from tocsin.policies p where p.organization_id = org;
    insert into tocsin.pages (organization_id, page_id, incident_number, run, lap, step, user_id, method_id, urgency, due_at, expires_at)
        select org, pg_temp.id(name || ' page'), 1, 1, 1, 0, person, m.method_id, 'high', tocsin.now(), tocsin.now() + interval '2 hours'
          from tocsin.methods m where m.user_id = person;
    insert into tocsin.page_attempts (organization_id, page_id, attempt_id, nonce_hash)
        values (org, pg_temp.id(name || ' page'), pg_temp.id(name || ' attempt'), own_hash);
end
$$;

call pg_temp.create_organization('acme');
call pg_temp.create_organization('globex');
