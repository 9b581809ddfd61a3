do $$
begin
    if (select count(*) from pg_catalog.pg_attribute
         where attrelid = 'tocsin.reconcile_requests'::regclass and attname in ('reason', 'delivery_id') and not attisdropped) <> 2 then
        raise exception 'tocsin.reconcile_requests lacks reason or delivery_id';
    end if;
end
$$;
