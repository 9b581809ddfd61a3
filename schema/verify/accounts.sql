do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['invitations', 'password_resets', 'known_devices', 'attempts']) wanted
     where to_regclass('tocsin.' || wanted) is null;
    if missing is not null then
        raise exception 'missing tables: %', missing;
    end if;

    select string_agg(c.relname, ', ') into missing
      from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'organization_id'
       and not (c.relrowsecurity and c.relforcerowsecurity);
    if missing is not null then
        raise exception 'row-level security is not forced on: %', missing;
    end if;

    select string_agg(signature, ', ') into missing
      from unnest(array['find_login(text)',
                        'start_session(bytea, uuid, text, text)',
                        'end_session(bytea)',
                        'find_session(bytea, interval, interval)',
                        'find_api_token(bytea)',
                        'organizations_of(uuid)',
                        'sessions_of(uuid, interval, interval, bytea)',
                        'end_session_of(uuid, uuid)',
                        'end_other_sessions(uuid, bytea)',
                        'find_password(uuid)',
                        'change_password(uuid, text, text, bytea)',
                        'rehash_password(uuid, text, text)',
                        'change_name(uuid, text)',
                        'has_password_reset(bytea)',
                        'accept_password_reset(bytea, text)',
                        'find_invitation(bytea)',
                        'accept_invitation(bytea, uuid, text, text)',
                        'is_known_device(uuid, bytea)',
                        'remember_device(uuid, bytea)',
                        'charge_attempt(text[], integer[], integer[])',
                        'clear_attempt(text[], text[])']) signature
     where to_regprocedure('tocsin.' || signature) is null
        or has_function_privilege('public', to_regprocedure('tocsin.' || signature), 'execute');
    if missing is not null then
        raise exception 'functions that are missing, or open to everybody: %', missing;
    end if;

    select string_agg(format('%s on %s to %s', privilege, wall, grantee), ', ') into missing
      from (values ('tocsin_gateway', 'invitations', 'insert'),
                   ('tocsin_operator', 'invitations', 'insert'),
                   ('tocsin_operator', 'password_resets', 'insert delete'),
                   ('tocsin_scheduler', 'attempts', 'delete'),
                   ('tocsin_scheduler', 'known_devices', 'delete'),
                   ('tocsin_scheduler', 'password_resets', 'delete'),
                   ('tocsin_lookup', 'attempts', 'select insert update delete')) as wanted (grantee, wall, privileges)
     cross join regexp_split_to_table(privileges, ' ') privilege
     where not has_table_privilege(grantee, 'tocsin.' || wall, privilege);
    if missing is not null then
        raise exception 'missing grants: %', missing;
    end if;
end
$$;
