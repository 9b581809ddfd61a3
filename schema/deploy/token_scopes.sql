-- requires: session_announcements
begin;

-- The bodies of functions are not run here, but row_security = off, which migrations have, would be refused in them.
set local row_security = on;

-- Tokens of the role deployer may do what their scopes say, and nothing else.
alter table tocsin.api_tokens drop constraint api_tokens_role_check;
alter table tocsin.api_tokens
    add constraint api_tokens_role_check check (role in ('admin', 'responder', 'viewer', 'deployer')),
    add column scopes text[] not null default '{}',
    add constraint api_tokens_scopes_check check ((role = 'deployer') = (cardinality(scopes) > 0) and cardinality(scopes) <= 20);
grant select (scopes) on tocsin.api_tokens to tocsin_gateway;

create or replace function tocsin.lesser_role(one text, other text) returns text
    language sql immutable parallel safe
    as $$ select case when array_position(array['deployer', 'viewer', 'responder', 'admin', 'owner'], one)
                           < array_position(array['deployer', 'viewer', 'responder', 'admin', 'owner'], other) then one else other end $$;

drop function tocsin.find_api_token(bytea);
create function tocsin.find_api_token(of_token_hash bytea)
    returns table (organization_id uuid, organization_slug text, organization_name text, token_id uuid, role text, token_name text,
                   scopes text[])
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    update tocsin.api_tokens t set last_used_at = tocsin.now()
     where t.token_hash = of_token_hash
       and (t.last_used_at is null or t.last_used_at < tocsin.now() - interval '1 minute');
    return query
        select t.organization_id, o.slug, o.name, t.token_id,
               case when t.created_by is null then t.role else tocsin.lesser_role(t.role, m.role) end, t.name, t.scopes
          from tocsin.api_tokens t
          join tocsin.organizations o on o.organization_id = t.organization_id
          left join tocsin.members m on m.organization_id = t.organization_id and m.user_id = t.created_by
         where t.token_hash = of_token_hash
           and t.revoked_at is null
           and (t.expires_at is null or t.expires_at > tocsin.now())
           and (t.created_by is null or m.user_id is not null);
end
$$;
call tocsin.give_to_lookup(array['tocsin.find_api_token(bytea)']::regprocedure[]);

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 33;

commit;
