begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 35;

drop procedure tocsin.record_schema();
drop function tocsin.schema_fingerprint();
drop table tocsin.schema_record;

commit;
