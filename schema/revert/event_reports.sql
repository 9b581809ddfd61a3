begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 13;

alter table tocsin.sources drop column first_event_at;
alter table tocsin.sources drop column first_seen_at;
revoke update (reports) on tocsin.applied_events from tocsin_ingest;
alter table tocsin.applied_events drop column reports;

commit;
