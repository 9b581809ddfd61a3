do $$
declare
    fingerprint record;
begin
    select * into fingerprint from tocsin.schema_fingerprint();
    if fingerprint.structure is null or fingerprint.rights is null then
        raise exception 'tocsin.schema_fingerprint returns nothing';
    end if;
    if not has_table_privilege('tocsin_scheduler', 'tocsin.schema_record', 'select') then
        raise exception 'a privilege on tocsin.schema_record is missing';
    end if;
end
$$;
