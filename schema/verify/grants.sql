do $$
declare
    missing text;
begin
    select string_agg(wanted.of || '.' || wanted.name, ', ') into missing
      from (select 'tocsin.grants' as of, unnest(array['organization_id', 'grant_id', 'integration_id', 'name', 'holder_user_id',
                'holder_token_id', 'operations', 'contract', 'project_ids', 'approval', 'per_minute', 'expires_at', 'last_used_at',
                'rate_full_at', 'revoked_at']) as name
             union all
            select 'tocsin.grant_calls', unnest(array['organization_id', 'call_id', 'grant_id', 'at', 'operation', 'project', 'result',
                'status', 'bytes', 'duration_ms', 'detail', 'arguments', 'caller', 'request_id'])) wanted
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid = wanted.of::regclass and attname = wanted.name and not attisdropped);
    if missing is not null then
        raise exception 'missing columns: %', missing;
    end if;
    if not has_table_privilege('tocsin_gateway', 'tocsin.grants', 'select, insert, update')
       or not has_table_privilege('tocsin_gateway', 'tocsin.grant_calls', 'select, insert')
       or not has_table_privilege('tocsin_scheduler', 'tocsin.grant_calls', 'delete')
       or not has_table_privilege('tocsin_operator', 'tocsin.grants', 'select, insert') then
        raise exception 'a privilege on the tables of grants is missing';
    end if;
end
$$;
