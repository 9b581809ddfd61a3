-- requires: open_outages
begin;

-- The bodies of functions are not run here, but row_security = off, which migrations have, would be refused in them.
set local row_security = on;

-- The lesser of two roles.
create function tocsin.lesser_role(one text, other text) returns text
    language sql immutable parallel safe
    as $$ select case when array_position(array['viewer', 'responder', 'admin', 'owner'], one)
                           < array_position(array['viewer', 'responder', 'admin', 'owner'], other) then one else other end $$;
revoke all on function tocsin.lesser_role(text, text) from public;
grant execute on function tocsin.lesser_role(text, text) to tocsin_gateway, tocsin_lookup;

-- A token can do what the member who made it can do now, and nothing if that is no longer a member. One that was made on the command
-- line belongs to the organization.
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

-- Ends all other sessions, and forgets the browsers in which the user has signed in: any of them may be the attacker's.
drop function tocsin.change_password(uuid, text, text, bytea);
create function tocsin.change_password(of_user uuid, old_hash text, new_hash text, kept_token_hash bytea) returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    update tocsin.users u set password_hash = new_hash where u.user_id = of_user and u.password_hash = old_hash;
    if not found then
        return false;
    end if;
    perform tocsin.note_person(of_user, 'password.changed', coalesce(current_setting('app.address', true), ''), null, null);
    perform tocsin.end_other_sessions(of_user, kept_token_hash);
    delete from tocsin.known_devices d where d.user_id = of_user;
    return true;
end
$$;
call tocsin.give_to_lookup(array['tocsin.find_api_token(bytea)', 'tocsin.change_password(uuid, text, text, bytea)']::regprocedure[]);

-- The tokens of a member end with the membership, and do not return with it.
create function tocsin.revoke_tokens_of_member() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    update tocsin.api_tokens t set revoked_at = tocsin.now()
     where t.organization_id = old.organization_id and t.created_by = old.user_id and t.revoked_at is null;
    return null;
end
$$;
create trigger revoke_tokens_of_member after delete on tocsin.members for each row execute function tocsin.revoke_tokens_of_member();

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 27;

commit;
