-- requires: sentry_names
begin;

-- Sentry sends no webhook when an outage (uptime, cron) ends, so the scheduler requests that those with an open incident are read.
alter table tocsin.reconcile_requests
    drop constraint reconcile_requests_reason_check,
    add constraint reconcile_requests_reason_check check (reason in ('outage', 'order', 'environment'));

grant select (organization_id, integration_id, source_kind, source_id, category) on tocsin.incidents to tocsin_scheduler;
create policy for_scheduler on tocsin.reconcile_requests for insert to tocsin_scheduler with check (true);
grant insert (organization_id, integration_id, issue_id, reason) on tocsin.reconcile_requests to tocsin_scheduler;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 26;

commit;
