do $$
begin
    if not has_function_privilege('tocsin_ingest', 'tocsin.make_delivery_partitions(integer)', 'execute')
       or to_regprocedure('tocsin.delivery_partition_days()') is null or to_regclass('tocsin.deliveries_default') is null then
        raise exception 'gateways cannot make partitions, their days are not counted, or there is no default one';
    end if;
end
$$;
