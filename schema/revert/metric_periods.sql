begin;

-- The sources stay those of the rules: the period of each webhook opens an incident of its own then.
create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 14;

alter table tocsin.sources drop column period_closed;
alter table tocsin.sources drop column period_fired;

commit;
