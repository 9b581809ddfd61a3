do $$
begin
    if not has_column_privilege('tocsin_lookup', 'tocsin.methods', 'address_sealed', 'select')
       or not has_function_privilege('tocsin_scheduler', 'tocsin.needed_vault_keys()', 'execute') then
        raise exception 'a privilege on sealed addresses is missing';
    end if;
end
$$;
