do $$
declare
    missing text;
begin
    if not exists (select from pg_catalog.pg_attribute
                    where attrelid = 'tocsin.integrations'::regclass and attname = 'ended' and attgenerated = 's' and attnotnull) then
        raise exception 'tocsin.integrations.ended is not a generated column';
    end if;

    select string_agg(grantee, ', ') into missing
      from unnest(array['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator']) grantee
     where not has_column_privilege(grantee, 'tocsin.integrations', 'ended', 'select');
    if missing is not null then
        raise exception 'cannot select tocsin.integrations.ended: %', missing;
    end if;
end
$$;
