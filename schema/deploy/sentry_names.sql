-- requires: reported_events
begin;

-- A Sentry organization is identified by its id. Its slug and its name may change, and the scheduler reads them when it checks
-- the token of an internal integration.
grant update (sentry_org_slug, sentry_org_name) on tocsin.integrations to tocsin_scheduler;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 25;

commit;
