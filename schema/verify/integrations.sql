do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['integrations', 'installation_owners', 'sentry_organization_owners', 'unclaimed_installations',
                        'credentials', 'webhook_secrets', 'sentry_organization_choices', 'vault_keys',
                        'refresh_attempts', 'connect_flows', 'mappings']) wanted
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
      from unnest(array['find_connect_flows(bytea)', 'find_connect_flow_of_state(bytea)', 'claim_connection(text, text, uuid, uuid)',
                        'note_refused_claim(text, text, uuid, uuid)']) signature
     where to_regprocedure('tocsin.' || signature) is null
        or has_function_privilege('public', to_regprocedure('tocsin.' || signature), 'execute');
    if missing is not null then
        raise exception 'functions that are missing, or open to everybody: %', missing;
    end if;

    select string_agg(format('%s on %s to %s', privilege, wall, grantee), ', ') into missing
      from (values ('tocsin_gateway', 'integrations', 'select insert update'),
                   ('tocsin_gateway', 'installation_owners', 'select'),
                   ('tocsin_gateway', 'credentials', 'select insert update delete'),
                   ('tocsin_gateway', 'connect_flows', 'select insert update'),
                   ('tocsin_gateway', 'webhook_secrets', 'select insert update delete'),
                   ('tocsin_ingest', 'webhook_secrets', 'select'),
                   ('tocsin_gateway', 'mappings', 'select insert update delete'),
                   ('tocsin_ingest', 'installation_owners', 'select'),
                   ('tocsin_ingest', 'mappings', 'select'),
                   ('tocsin_ingest', 'credentials', 'delete'),
                   ('tocsin_scheduler', 'integrations', 'select'),
                   ('tocsin_scheduler', 'credentials', 'select update delete'),
                   ('tocsin_scheduler', 'refresh_attempts', 'select insert update'),
                   ('tocsin_operator', 'credentials', 'select')) as wanted (grantee, wall, privileges)
     cross join regexp_split_to_table(privileges, ' ') privilege
     where not has_table_privilege(grantee, 'tocsin.' || wall, privilege);
    if missing is not null then
        raise exception 'missing grants: %', missing;
    end if;
end
$$;
