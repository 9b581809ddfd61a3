-- requires: schema_version
begin;

-- An integration has ended once it was uninstalled in Sentry or disconnected by an admin: its webhooks have no effect, and it
-- holds no claim. C++: integrations::has_ended.
alter table tocsin.integrations
    add column ended boolean not null
        generated always as (status = 'disconnected' and status_reason in ('uninstalled', 'disconnected_by_admin')) stored;

-- The other roles select all columns.
grant select (ended) on tocsin.integrations to tocsin_ingest;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 9;

commit;
