do $$
declare
    missing text;
begin
    select string_agg(wanted.table_name || '.' || wanted.column_name, ', ') into missing
      from (values ('service_former_slugs', 'organization_id'), ('service_former_slugs', 'slug'), ('service_former_slugs', 'service_id'),
                   ('deliveries', 'requested_service')) as wanted (table_name, column_name)
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid = ('tocsin.' || wanted.table_name)::regclass and attname = wanted.column_name and not attisdropped);
    if missing is not null then
        raise exception 'missing columns: %', missing;
    end if;
    if (select count(*) from pg_catalog.pg_trigger where tgrelid = 'tocsin.services'::regclass and tgname like 'keep\_former\_slug%') <> 2 then
        raise exception 'the triggers that keep former slugs of services are missing';
    end if;

    select string_agg(privilege, ', ') into missing
      from unnest(array['select', 'insert', 'update', 'delete']) privilege
     where not has_table_privilege('tocsin_gateway', 'tocsin.service_former_slugs', privilege);
    if missing is not null then
        raise exception 'tocsin_gateway lacks on tocsin.service_former_slugs: %', missing;
    end if;
    if not has_table_privilege('tocsin_ingest', 'tocsin.service_former_slugs', 'select') then
        raise exception 'tocsin_ingest cannot select tocsin.service_former_slugs';
    end if;
end
$$;
