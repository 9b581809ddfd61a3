begin;

revoke insert (organization_id, integration_id, issue_id, reason) on tocsin.reconcile_requests from tocsin_scheduler;
drop policy for_scheduler on tocsin.reconcile_requests;
revoke select (organization_id, integration_id, source_kind, source_id, category) on tocsin.incidents from tocsin_scheduler;

alter table tocsin.reconcile_requests no force row level security;
delete from tocsin.reconcile_requests where reason = 'outage';
alter table tocsin.reconcile_requests force row level security;
alter table tocsin.reconcile_requests
    drop constraint reconcile_requests_reason_check,
    add constraint reconcile_requests_reason_check check (reason in ('order', 'environment'));

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 25;

commit;
