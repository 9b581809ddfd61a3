do $$
begin
    if not exists (select from pg_catalog.pg_attribute where attrelid = 'tocsin.api_tokens'::regclass and attname = 'scopes' and not attisdropped) then
        raise exception 'missing column: tocsin.api_tokens.scopes';
    end if;
    if not has_column_privilege('tocsin_gateway', 'tocsin.api_tokens', 'scopes', 'select') then
        raise exception 'the gateway cannot read the scopes of API tokens';
    end if;
    if tocsin.lesser_role('deployer', 'admin') <> 'deployer' then
        raise exception 'tocsin.lesser_role returns the wrong role';
    end if;
end
$$;
