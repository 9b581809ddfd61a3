begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 21;

alter table tocsin.reconcile_requests drop column reason, drop column delivery_id;

commit;
