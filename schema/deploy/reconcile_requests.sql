-- requires: install_confirmed_at
begin;

-- Issues that must be read from Sentry, because their webhooks contradict one another or came out of order. `due_at` is schedule
-- and lease in one. `round` grows each time an issue is enqueued, so that a request which is enqueued while the issue is read
-- outlives that reading.
alter table tocsin.doubts rename to reconcile_requests;
alter table tocsin.reconcile_requests rename column source_id to issue_id;
alter table tocsin.reconcile_requests rename constraint doubts_pkey to reconcile_requests_pkey;
alter table tocsin.reconcile_requests rename constraint doubts_source_id_check to reconcile_requests_issue_id_check;
alter table tocsin.reconcile_requests rename constraint doubts_organization_id_integration_id_fkey to reconcile_requests_organization_id_integration_id_fkey;
alter index tocsin.doubts_due_idx rename to reconcile_requests_due_idx;

-- For processes of the previous release, which use the old names until they are restarted.
create view tocsin.doubts with (security_invoker = true) as
    select organization_id, integration_id, issue_id as source_id, due_at, round, tries from tocsin.reconcile_requests;
grant select, insert, update, delete on tocsin.doubts to tocsin_ingest;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 11;

commit;
