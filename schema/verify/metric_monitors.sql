do $$
declare
    missing text;
begin
    select string_agg(privilege, ', ') into missing
      from unnest(array['select', 'insert', 'update']) privilege
     where not has_table_privilege('tocsin_ingest', 'tocsin.metric_monitors', privilege);
    if missing is not null then
        raise exception 'tocsin_ingest lacks on tocsin.metric_monitors: %', missing;
    end if;
end
$$;
