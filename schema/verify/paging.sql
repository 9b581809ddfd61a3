do $$
declare
    missing text;
begin
    select string_agg(wanted.of || '.' || wanted.name, ', ') into missing
      from (select 'tocsin.policies' as of, unnest(array['organization_id', 'policy_id', 'slug', 'name', 'version', 'is_default']) as name
             union all select 'tocsin.policy_versions', unnest(array['version', 'laps', 'last_resort'])
             union all select 'tocsin.policy_steps', unnest(array['version', 'position', 'wait_seconds', 'everyone_must_ack'])
             union all select 'tocsin.policy_targets', unnest(array['position', 'ordinal', 'kind', 'target', 'urgency', 'pick'])
             union all select 'tocsin.services', unnest(array['policy_id', 'urgency'])
             union all select 'tocsin.methods', unnest(array['user_id', 'method_id', 'kind', 'address_sealed', 'mask', 'verified_at'])
             union all select 'tocsin.alarms', unnest(array['incident_number', 'run', 'policy_id', 'version', 'urgency', 'lap', 'step', 'due_at',
                                                            'ended_at', 'ended_by'])
             union all select 'tocsin.pages', unnest(array['page_id', 'run', 'lap', 'step', 'user_id', 'method_id', 'state', 'due_at', 'expires_at',
                                                           'lease_until', 'fence', 'acted_at'])
             union all select 'tocsin.page_attempts', unnest(array['attempt_id', 'started_at', 'outcome', 'nonce_hash'])) wanted
     where not exists (select from pg_catalog.pg_attribute
                        where attrelid = wanted.of::regclass and attname = wanted.name and not attisdropped);
    if missing is not null then
        raise exception 'missing columns: %', missing;
    end if;
    if not has_table_privilege('tocsin_ingest', 'tocsin.alarms', 'select, insert, update')
       or not has_table_privilege('tocsin_scheduler', 'tocsin.pages', 'select, insert, update')
       or not has_function_privilege('tocsin_gateway', 'tocsin.find_page_link(bytea)', 'execute') then
        raise exception 'a privilege of paging is missing';
    end if;
end
$$;
