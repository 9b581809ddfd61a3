do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['deliveries', 'sources', 'applied_events', 'doubts', 'incident_counters', 'incidents', 'timeline']) wanted
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
      from unnest(array['make_delivery_partitions(integer)', 'drop_delivery_partitions(interval)', 'search_words(text, text, text, text)']) signature
     where to_regprocedure('tocsin.' || signature) is null
        or has_function_privilege('public', to_regprocedure('tocsin.' || signature), 'execute');
    if missing is not null then
        raise exception 'functions that are missing, or open to everybody: %', missing;
    end if;

    select string_agg(format('%s on %s to %s', privilege, wall, grantee), ', ') into missing
      from (values ('tocsin_gateway', 'deliveries', 'select'),
                   ('tocsin_gateway', 'incidents', 'select insert update'),
                   ('tocsin_gateway', 'timeline', 'select insert'),
                   ('tocsin_ingest', 'deliveries', 'select insert'),
                   ('tocsin_ingest', 'sources', 'select insert update'),
                   ('tocsin_ingest', 'applied_events', 'select insert'),
                   ('tocsin_ingest', 'doubts', 'select insert update delete'),
                   ('tocsin_ingest', 'incident_counters', 'select insert update'),
                   ('tocsin_ingest', 'incidents', 'select insert update'),
                   ('tocsin_ingest', 'timeline', 'select insert'),
                   ('tocsin_scheduler', 'applied_events', 'delete')) as wanted (grantee, wall, privileges)
     cross join regexp_split_to_table(privileges, ' ') privilege
     where not has_table_privilege(grantee, 'tocsin.' || wall, privilege);
    if missing is not null then
        raise exception 'missing grants: %', missing;
    end if;
end
$$;
