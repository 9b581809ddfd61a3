-- Organizations with an integration, a mapping, and open incidents of known issues.
\set ON_ERROR_STOP on
create sequence tocsin.bench_numbers start 10000000 cache 100;
grant usage on sequence tocsin.bench_numbers to tocsin_ingest;
create temporary table orgs as
    select n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as installation
      from generate_series(1, :organizations) n;
insert into tocsin.organizations (organization_id, slug, name) select id, 'bench-' || n, 'Bench ' || n from orgs;
insert into tocsin.services (organization_id, service_id, slug, name) select id, id, 'checkout', 'Checkout' from orgs;
insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason, installation_id)
    select id, id, 'public', host, 'connected', 'ok', installation from orgs, (values (:'host')) h (host);
insert into tocsin.installation_owners (sentry_host, installation_id, organization_id, integration_id)
    select host, installation, id, id from orgs, (values (:'host'), ('bench')) h (host);
insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_id, sentry_project_slug, service_id) select id, id, id, '1', 'checkout', id from orgs;
insert into tocsin.incident_counters (organization_id, last_number) select id, :known from orgs;
insert into tocsin.sources (organization_id, integration_id, source_kind, source_id, last_incident) select id, id, 'issue', issue::text, issue from orgs, generate_series(1, :known) issue;
insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, title, culprit, status, severity, level, opened_at, last_seen_at)
    select id, issue, id, id, 'issue', issue::text, 'TimeoutError: no answer from the gateway', 'checkout.gateway in charge', 'open', 'error', 'error', now(), now()
      from orgs, generate_series(1, :known) issue;
vacuum analyze;
checkpoint;
