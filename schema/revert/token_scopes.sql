begin;

set local row_security = on;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 32;

drop function tocsin.find_api_token(bytea);
create function tocsin.find_api_token(of_token_hash bytea)
    returns table (organization_id uuid, organization_slug text, organization_name text, token_id uuid, role text, token_name text)
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    update tocsin.api_tokens t set last_used_at = tocsin.now()
     where t.token_hash = of_token_hash
       and (t.last_used_at is null or t.last_used_at < tocsin.now() - interval '1 minute');
    return query
        select t.organization_id, o.slug, o.name, t.token_id,
               case when t.created_by is null then t.role else tocsin.lesser_role(t.role, m.role) end, t.name
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

create or replace function tocsin.lesser_role(one text, other text) returns text
    language sql immutable parallel safe
    as $$ select case when array_position(array['viewer', 'responder', 'admin', 'owner'], one)
                           < array_position(array['viewer', 'responder', 'admin', 'owner'], other) then one else other end $$;

-- Without scopes, the tokens of deployers would have to become viewers, so they end. What they hold keeps its row.
alter table tocsin.api_tokens no force row level security;
alter table tocsin.api_tokens drop constraint api_tokens_scopes_check;
update tocsin.api_tokens set role = 'viewer', revoked_at = coalesce(revoked_at, tocsin.now()) where role = 'deployer';
alter table tocsin.api_tokens force row level security;
alter table tocsin.api_tokens drop column scopes;
alter table tocsin.api_tokens drop constraint api_tokens_role_check;
alter table tocsin.api_tokens add constraint api_tokens_role_check check (role in ('admin', 'responder', 'viewer'));

commit;
