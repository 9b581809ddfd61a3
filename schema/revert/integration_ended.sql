begin;

alter table tocsin.integrations drop column ended;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 8;

commit;
