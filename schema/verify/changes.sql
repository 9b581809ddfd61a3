do $$
declare
    missing text;
begin
    select string_agg(wanted, ', ') into missing
      from unnest(array['integrations', 'members', 'api_tokens', 'sessions']) wanted
     where not exists (select from pg_catalog.pg_trigger t
                        where t.tgrelid = ('tocsin.' || wanted)::regclass and t.tgname like 'tell\_%');
    if missing is not null then
        raise exception 'changes are not told of: %', missing;
    end if;
end
$$;
