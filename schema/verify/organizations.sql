do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['organizations', 'users', 'members', 'sessions', 'api_tokens', 'services']) wanted
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
      from unnest(array['keep_an_owner()']) signature
     where to_regprocedure('tocsin.' || signature) is null
        or has_function_privilege('public', to_regprocedure('tocsin.' || signature), 'execute');
    if missing is not null then
        raise exception 'functions that are missing, or open to everybody: %', missing;
    end if;

    select string_agg(format('%s on %s to %s', privilege, wall, grantee), ', ') into missing
      from (values ('tocsin_gateway', 'organizations', 'select'),
                   ('tocsin_gateway', 'members', 'select delete'),
                   ('tocsin_gateway', 'services', 'select insert update'),
                   ('tocsin_gateway', 'api_tokens', 'insert'),
                   ('tocsin_operator', 'organizations', 'select insert'),
                   ('tocsin_operator', 'users', 'select insert'),
                   ('tocsin_operator', 'members', 'select insert'),
                   ('tocsin_operator', 'api_tokens', 'select insert'),
                   ('tocsin_lookup', 'users', 'select'),
                   ('tocsin_lookup', 'sessions', 'select insert update delete')) as wanted (grantee, wall, privileges)
     cross join regexp_split_to_table(privileges, ' ') privilege
     where not has_table_privilege(grantee, 'tocsin.' || wall, privilege);
    if missing is not null then
        raise exception 'missing grants: %', missing;
    end if;
end
$$;
