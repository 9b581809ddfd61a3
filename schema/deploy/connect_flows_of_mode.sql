-- requires: reconcile_requests
begin;

-- The body of a function is not run here, but row_security = off, which migrations have, would be refused in it.
set local row_security = on;

-- The open flows of a browser for a redirect without a state, newest first. A flow that has a state is only for the redirect that
-- names it: otherwise the redirect of a planted installation would end an authorization that waits in the same browser.
drop function tocsin.find_connect_flows(bytea);
create function tocsin.find_connect_flows(of_binding_hash bytea)
    returns table (organization_id uuid, flow_id uuid)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select f.organization_id, f.flow_id from tocsin.connect_flows f
           where f.binding_hash = of_binding_hash and f.state_hash is null and f.used_at is null and f.expires_at > tocsin.now()
           order by f.created_at desc $$;
call tocsin.give_to_lookup(array['tocsin.find_connect_flows(bytea)']::regprocedure[]);

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 12;

commit;
