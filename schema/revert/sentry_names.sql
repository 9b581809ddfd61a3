begin;

revoke update (sentry_org_slug, sentry_org_name) on tocsin.integrations from tocsin_scheduler;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 24;

commit;
