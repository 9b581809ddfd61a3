do $$
begin
    if tocsin.schema_version() < 8 then
        raise exception 'the schema says that its version is %', tocsin.schema_version();
    end if;
end
$$;
