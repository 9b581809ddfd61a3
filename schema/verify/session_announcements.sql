do $$
begin
    if (select tgoldtable from pg_catalog.pg_trigger where tgrelid = 'tocsin.sessions'::regclass and tgname = 'tell_ended') is null then
        raise exception 'the end of a session is announced without its hash';
    end if;
    if (select count(*) from pg_catalog.pg_trigger
         where tgrelid = 'tocsin.webhook_secrets'::regclass and tgname in ('tell_made', 'tell_changed', 'tell_deleted')) <> 3 then
        raise exception 'changes of tocsin.webhook_secrets are not announced';
    end if;
end
$$;
