-- requires: sentry_app_id
begin;

-- Why an issue must be read: `environment` if a filter needs the environment of its newest event. Then `delivery_id` is the one that
-- the filter held back.
alter table tocsin.reconcile_requests
    add column reason text not null default 'order' check (reason in ('order', 'environment')),
    add column delivery_id uuid;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 22;

commit;
