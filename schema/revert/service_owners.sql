begin;

drop table tocsin.service_owners;
drop function tocsin.note_service_owner();
alter table tocsin.services drop column runbook_url;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 29;

commit;
