do $$
begin
    if not exists (select from pg_catalog.pg_attribute
                    where attrelid = 'tocsin.integrations'::regclass and attname = 'sentry_app_id' and not attisdropped) then
        raise exception 'tocsin.integrations.sentry_app_id is missing';
    end if;
    if not has_column_privilege('tocsin_ingest', 'tocsin.integrations', 'sentry_app_id', 'select')
       or not has_column_privilege('tocsin_ingest', 'tocsin.integrations', 'sentry_app_id', 'update') then
        raise exception 'tocsin_ingest cannot use tocsin.integrations.sentry_app_id';
    end if;
end
$$;
