do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['category', 'is_test', 'description', 'evidence', 'sentry_assignee', 'assignee_pinned', 'resolved_release']) wanted
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid = 'tocsin.incidents'::regclass and attname = wanted and not attisdropped);
    if missing is not null then
        raise exception 'tocsin.incidents lacks the columns: %', missing;
    end if;
    if not has_function_privilege('tocsin_ingest', 'tocsin.find_member_emails(uuid[], text[])', 'execute') then
        raise exception 'tocsin_ingest cannot look up members';
    end if;
end
$$;
