do $$
begin
    if not has_column_privilege('tocsin_gateway', 'tocsin.organizations', 'assign_on_acknowledge', 'update') then
        raise exception 'tocsin_gateway cannot change the settings of an organization';
    end if;
end
$$;
