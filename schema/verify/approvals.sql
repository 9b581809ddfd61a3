do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['organization_id', 'approval_id', 'grant_id', 'operation', 'request', 'asked_by_user', 'asked_by_token',
                        'asked_by_name', 'asked_at', 'expires_at', 'state', 'decided_by_name', 'decided_at', 'result_status',
                        'result_sealed', 'detail']) wanted
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid = 'tocsin.approvals'::regclass and attname = wanted and not attisdropped);
    if missing is not null then
        raise exception 'tocsin.approvals lacks the columns: %', missing;
    end if;
    if not has_table_privilege('tocsin_gateway', 'tocsin.approvals', 'select, insert')
       or not has_table_privilege('tocsin_scheduler', 'tocsin.approvals', 'delete') then
        raise exception 'a privilege on tocsin.approvals is missing';
    end if;
end
$$;
