do $$
begin
    if (select count(*) from pg_catalog.pg_attribute
         where not attisdropped
           and ((attrelid = 'tocsin.sentry_organization_choices'::regclass and attname in ('installation_id', 'session_hash'))
                or (attrelid = 'tocsin.connect_flows'::regclass and attname in ('token_id', 'refused_org_id', 'allowed_org_id')))) <> 5 then
        raise exception 'columns of connect_confirmation are missing';
    end if;
    if not has_function_privilege('tocsin_gateway', 'tocsin.is_binding_of_session(bytea, bytea)', 'execute') then
        raise exception 'tocsin_gateway cannot run tocsin.is_binding_of_session';
    end if;
end
$$;
