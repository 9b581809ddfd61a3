begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 39;

drop function tocsin.check_session(bytea, interval, interval);

commit;
