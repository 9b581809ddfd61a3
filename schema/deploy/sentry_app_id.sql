-- requires: service_former_slugs
begin;

-- Sentry's number of the app that sends the webhooks of an integration, once one of them has told it: metric alerts name an
-- action's app by it.
alter table tocsin.integrations add column sentry_app_id text check (length(sentry_app_id) <= 64);
-- The other roles select all columns.
grant select (sentry_app_id), update (sentry_app_id) on tocsin.integrations to tocsin_ingest;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 21;

commit;
