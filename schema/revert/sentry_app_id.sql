begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 20;

alter table tocsin.integrations drop column sentry_app_id;

commit;
