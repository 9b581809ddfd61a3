\set org random(1, :organizations)
\set share random(1, 100)
\if :share <= 70
\set issue random(1, :known)
\else
\set issue random(1000000000, 1000000000000)
\endif
\set delivery random(1, 9000000000000000)
begin;
insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, signing_key, source_kind, source_id, body_bytes, body, body_sha256) select organization_id, ('00000000-0000-7000-8000-' || lpad(to_hex(:delivery::bigint), 12, '0'))::uuid, integration_id, 'issue', 'created', 'updated', 'stored', 'current', 'issue', :issue::bigint::text, 6000, :body::bytea, '\x5c0c6a1f94d2a8bb0b5c0c6a1f94d2a8bb0b5c0c6a1f94d2a8bb0b5c0c6a1f94' from tocsin.installation_owners where sentry_host = 'bench' and installation_id = ('00000000-0000-4000-8000-' || lpad(to_hex(:org::int), 12, '0'))::uuid;
insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, title, culprit, status, severity, level, opened_at, last_seen_at) select organization_id, nextval('tocsin.bench_numbers'), organization_id, integration_id, 'issue', :issue::bigint::text, 'TimeoutError: no answer from the gateway', 'checkout.gateway in charge', 'open', 'error', 'error', now(), now() from tocsin.installation_owners where sentry_host = 'bench' and installation_id = ('00000000-0000-4000-8000-' || lpad(to_hex(:org::int), 12, '0'))::uuid on conflict (organization_id, integration_id, source_kind, source_id) where status <> 'resolved' do update set occurrences = incidents.occurrences + 1, last_seen_at = greatest(incidents.last_seen_at, excluded.last_seen_at), version = incidents.version + 1 returning organization_id as o, number as n \gset
insert into tocsin.timeline (organization_id, incident_number, kind, actor_type, actor_name, delivery_id) values (:o::uuid, :n::bigint, 'updated', 'sentry', 'Sentry', ('00000000-0000-7000-8000-' || lpad(to_hex(:delivery::bigint), 12, '0'))::uuid);
commit;
