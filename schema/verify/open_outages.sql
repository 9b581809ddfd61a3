do $$
begin
    if not has_column_privilege('tocsin_scheduler', 'tocsin.reconcile_requests', 'reason', 'insert')
       or not has_column_privilege('tocsin_scheduler', 'tocsin.incidents', 'category', 'select') then
        raise exception 'tocsin_scheduler cannot request that outages are read';
    end if;
end
$$;
