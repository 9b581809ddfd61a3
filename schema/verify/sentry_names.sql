do $$
begin
    if not has_column_privilege('tocsin_scheduler', 'tocsin.integrations', 'sentry_org_slug', 'update')
       or not has_column_privilege('tocsin_scheduler', 'tocsin.integrations', 'sentry_org_name', 'update') then
        raise exception 'tocsin_scheduler cannot update the names of a Sentry organization';
    end if;
end
$$;
