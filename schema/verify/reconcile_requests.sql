do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['organization_id', 'integration_id', 'issue_id', 'due_at', 'round', 'tries']) wanted
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid = 'tocsin.reconcile_requests'::regclass and attname = wanted and not attisdropped);
    if missing is not null then
        raise exception 'tocsin.reconcile_requests lacks the columns: %', missing;
    end if;

    select string_agg(privilege, ', ') into missing
      from unnest(array['select', 'insert', 'update', 'delete']) privilege
     where not has_table_privilege('tocsin_ingest', 'tocsin.reconcile_requests', privilege);
    if missing is not null then
        raise exception 'tocsin_ingest lacks on tocsin.reconcile_requests: %', missing;
    end if;
end
$$;
