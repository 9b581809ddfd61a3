do $$
begin
    if not has_table_privilege('tocsin_gateway', 'tocsin.service_owners', 'select, insert, delete')
       or not has_column_privilege('tocsin_gateway', 'tocsin.services', 'runbook_url', 'update') then
        raise exception 'tocsin_gateway cannot change the owners and runbooks of services';
    end if;
end
$$;
