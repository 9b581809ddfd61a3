begin;

drop trigger note_settings on tocsin.organizations;
alter table tocsin.organizations drop column assign_on_acknowledge;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 30;

commit;
