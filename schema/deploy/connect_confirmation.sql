-- requires: reconcile_reasons
begin;

-- The bodies of functions are not run here, but row_security = off, which migrations have, would be refused in them.
set local row_security = on;

-- An organization that waits for a confirmation is a choice, too: the integration keeps the one that was confirmed before.
-- `session_hash`: of the session that came back from Sentry, which alone may decide.
alter table tocsin.sentry_organization_choices add column installation_id uuid;
alter table tocsin.sentry_organization_choices add column session_hash bytea check (length(session_hash) = 32);

-- `token_id`: the API token that started the flow. `refused_org_id`: where a reconnect led that had to lead elsewhere.
-- `allowed_org_id`: the one that an admin agreed to.
alter table tocsin.connect_flows add column token_id uuid;
alter table tocsin.connect_flows add column refused_org_id text check (length(refused_org_id) <= 64);
alter table tocsin.connect_flows add column allowed_org_id text check (length(allowed_org_id) <= 64);

create function tocsin.is_binding_of_session(of_binding_hash bytea, of_session_hash bytea) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select exists (select from tocsin.connect_flows f
                          where f.binding_hash = of_binding_hash and f.session_hash = of_session_hash
                            and f.used_at is null and f.expires_at > tocsin.now()) $$;
call tocsin.give_to_lookup(array['tocsin.is_binding_of_session(bytea, bytea)']::regprocedure[]);

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 23;

commit;
