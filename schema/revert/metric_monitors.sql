begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 16;

drop table tocsin.metric_monitors;

commit;
