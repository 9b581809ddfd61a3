do $$
begin
    if tocsin.sealing_key('\x01026b31ff') <> 'k1' then
        raise exception 'tocsin.sealing_key returns the wrong key';
    end if;
    if not has_function_privilege('tocsin_scheduler', 'tocsin.needed_vault_keys()', 'execute')
       or not has_column_privilege('tocsin_operator', 'tocsin.approvals', 'result_sealed', 'update') then
        raise exception 'a privilege on sealed values is missing';
    end if;
end
$$;
