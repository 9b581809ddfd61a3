-- Adds incidents up to :wanted for :organizations organizations. The first has a tenth, the others share the rest. One in fifty is open.
\set ON_ERROR_STOP on
-- Skips triggers and foreign keys, which the generated rows satisfy.
set session_replication_role = replica;
insert into tocsin.organizations (organization_id, slug, name)
    select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bench-' || n, 'Bench ' || n from generate_series(1, :organizations) n
    on conflict do nothing;
insert into tocsin.services (organization_id, service_id, slug, name)
    select organization_id, ('00000000-0000-7000-9000-' || lpad(to_hex(s), 12, '0'))::uuid, 'service-' || s, 'Service ' || s
      from tocsin.organizations, generate_series(1, 20) s
    on conflict do nothing;
select pg_get_indexdef('tocsin.incidents_search_idx'::regclass) as search_index \gset
drop index tocsin.incidents_search_idx;
select count(*) as already from tocsin.incidents \gset
create temporary table words as select n as word, (array['Timeout', 'Connection', 'Null', 'Payment', 'Index', 'Permission', 'Socket', 'Parse', 'Memory', 'Deadlock'])[1 + n % 10] ||
    (array['Error', 'Exception', 'Failure', 'Warning'])[1 + n % 4] as kind,
    (array['gateway', 'basket', 'invoice', 'login', 'search', 'upload', 'report', 'mailer'])[1 + n % 8] || n as place from generate_series(0, 4999) n;
insert into tocsin.incidents (organization_id, number, service_id, source_kind, title, culprit, status, severity, level, opened_at, last_seen_at, resolved_at, resolution, occurrences)
    select organization_id, n, ('00000000-0000-7000-9000-' || lpad(to_hex(1 + n % 20), 12, '0'))::uuid, 'manual',
           w.kind || ': cannot reach ' || w.place || ' in region ' || n % 7, 'shop.' || w.place || ' in handle',
           case when n % 50 = 0 then 'open' else 'resolved' end, (array['critical', 'error', 'error', 'error', 'warning', 'info'])[1 + n % 6], 'error',
           now() - (least(:wanted / 10, 1000000) - n) * interval '1 minute', now(), case when n % 50 = 0 then null else now() end,
           case when n % 50 = 0 then null else 'person' end, 1 + n % 90
      from (select ('00000000-0000-7000-8000-' || lpad(to_hex(1), 12, '0'))::uuid as organization_id, n from generate_series(:already / 10 + 1, :wanted / 10) n
            union all
            select ('00000000-0000-7000-8000-' || lpad(to_hex(2 + i % (:organizations - 1)), 12, '0'))::uuid, 1 + i / (:organizations - 1)
              from generate_series(:already * 9 / 10, :wanted / 10 * 9 - 1) i) m
      join words w on w.word = m.n * 7 % 5000;
insert into tocsin.timeline (organization_id, incident_number, kind, actor_type, actor_name)
    select organization_id, number, 'opened', 'sentry', 'Sentry' from tocsin.incidents where number > (:wanted / 10) - 1000;
:search_index;
set session_replication_role = origin;
vacuum analyze;
checkpoint;
