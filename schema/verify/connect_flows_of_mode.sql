do $$
begin
    if not exists (select from pg_catalog.pg_proc
                    where oid = 'tocsin.find_connect_flows(bytea)'::regprocedure and prosrc like '%state_hash is null%') then
        raise exception 'tocsin.find_connect_flows returns flows that have a state';
    end if;
end
$$;
