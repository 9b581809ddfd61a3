begin;

set local row_security = on;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 26;

drop trigger revoke_tokens_of_member on tocsin.members;
drop function tocsin.revoke_tokens_of_member();

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
        select t.organization_id, o.slug, o.name, t.token_id, t.role, t.name
          from tocsin.api_tokens t join tocsin.organizations o on o.organization_id = t.organization_id
         where t.token_hash = of_token_hash
           and t.revoked_at is null
           and (t.expires_at is null or t.expires_at > tocsin.now());
end
$$;

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
    return true;
end
$$;
call tocsin.give_to_lookup(array['tocsin.find_api_token(bytea)', 'tocsin.change_password(uuid, text, text, bytea)']::regprocedure[]);
drop function tocsin.lesser_role(text, text);

commit;
