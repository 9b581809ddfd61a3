begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 10;

drop view tocsin.doubts;
alter index tocsin.reconcile_requests_due_idx rename to doubts_due_idx;
alter table tocsin.reconcile_requests rename constraint reconcile_requests_organization_id_integration_id_fkey to doubts_organization_id_integration_id_fkey;
alter table tocsin.reconcile_requests rename constraint reconcile_requests_issue_id_check to doubts_source_id_check;
alter table tocsin.reconcile_requests rename constraint reconcile_requests_pkey to doubts_pkey;
alter table tocsin.reconcile_requests rename column issue_id to source_id;
alter table tocsin.reconcile_requests rename to doubts;

commit;
