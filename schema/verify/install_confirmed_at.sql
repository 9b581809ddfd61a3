do $$
begin
    if not exists (select from pg_catalog.pg_attribute
                    where attrelid = 'tocsin.integrations'::regclass and attname = 'install_confirmed_at' and not attisdropped) then
        raise exception 'tocsin.integrations.install_confirmed_at is missing';
    end if;
    if not has_column_privilege('tocsin_scheduler', 'tocsin.integrations', 'install_confirmed_at', 'update') then
        raise exception 'tocsin_scheduler cannot update tocsin.integrations.install_confirmed_at';
    end if;
end
$$;
