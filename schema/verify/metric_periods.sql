do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['period_fired', 'period_closed']) wanted
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid = 'tocsin.sources'::regclass and attname = wanted and not attisdropped);
    if missing is not null then
        raise exception 'tocsin.sources lacks the columns: %', missing;
    end if;
end
$$;
