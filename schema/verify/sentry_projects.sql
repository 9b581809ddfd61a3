do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['organization_id', 'integration_id', 'project_id', 'slug', 'name', 'slug_seen_at']) wanted
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid = 'tocsin.sentry_projects'::regclass and attname = wanted and not attisdropped);
    if missing is not null then
        raise exception 'tocsin.sentry_projects lacks the columns: %', missing;
    end if;

    select string_agg(grantee || ' ' || privilege, ', ') into missing
      from unnest(array['tocsin_gateway', 'tocsin_ingest']) grantee cross join unnest(array['select', 'insert', 'update']) privilege
     where not has_table_privilege(grantee, 'tocsin.sentry_projects', privilege);
    if missing is not null then
        raise exception 'missing on tocsin.sentry_projects: %', missing;
    end if;
    if not has_column_privilege('tocsin_ingest', 'tocsin.mappings', 'sentry_project_name', 'update') then
        raise exception 'tocsin_ingest cannot update tocsin.mappings.sentry_project_name';
    end if;
end
$$;
