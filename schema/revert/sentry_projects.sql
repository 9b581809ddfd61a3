begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 18;

revoke update (sentry_project_name) on tocsin.mappings from tocsin_ingest;
drop table tocsin.sentry_projects;

commit;
