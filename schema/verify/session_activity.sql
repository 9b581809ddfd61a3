do $$
begin
    if not exists (select from pg_catalog.pg_proc
                    where oid = 'tocsin.find_session(bytea, interval, interval)'::regprocedure and prosrc like '%idle_limit / 10%') then
        raise exception 'tocsin.find_session does not write activity by the idle limit';
    end if;
end
$$;
