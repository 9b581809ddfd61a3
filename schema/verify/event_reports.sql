do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['tocsin.applied_events.reports', 'tocsin.sources.first_seen_at', 'tocsin.sources.first_event_at']) wanted
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid::regclass::text || '.' || attname = wanted and not attisdropped);
    if missing is not null then
        raise exception 'columns are missing: %', missing;
    end if;
    if not has_column_privilege('tocsin_ingest', 'tocsin.applied_events', 'reports', 'update') then
        raise exception 'tocsin_ingest cannot add reports to tocsin.applied_events';
    end if;
end
$$;
