-- The roles belong to the cluster: where another database uses one, it stays.
do $$
declare
    used text;
begin
    foreach used in array array['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator', 'tocsin_lookup'] loop
        begin
            execute format('drop role if exists %I', used);
        exception when dependent_objects_still_exist or insufficient_privilege or object_in_use then
            raise notice 'the role % stays', used;
        end;
    end loop;
end
$$;
