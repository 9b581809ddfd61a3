do $$
begin
    if tocsin.lesser_role('owner', 'viewer') <> 'viewer' then
        raise exception 'tocsin.lesser_role returns the wrong role';
    end if;
    if not exists (select from pg_catalog.pg_trigger where tgrelid = 'tocsin.members'::regclass and tgname = 'revoke_tokens_of_member') then
        raise exception 'the trigger revoke_tokens_of_member is missing';
    end if;
end
$$;
