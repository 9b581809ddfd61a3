do $$
declare
    wanted text;
begin
    foreach wanted in array array['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator', 'tocsin_lookup'] loop
        if not exists (select from pg_catalog.pg_roles
                        where rolname = wanted
                          and not (rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)) then
            raise exception 'role % is missing, or has more rights than it may have', wanted;
        end if;
    end loop;
end
$$;
