begin;

drop function tocsin.organizations_of(uuid);
drop function tocsin.find_api_token(bytea);
drop function tocsin.find_session(bytea, interval, interval);
drop function tocsin.end_session(bytea);
drop function tocsin.start_session(bytea, uuid, text, text);
drop function tocsin.find_login(text);
drop policy of_current_organization on tocsin.users;
drop table tocsin.audit_log;
drop table tocsin.services;
drop table tocsin.api_tokens;
drop table tocsin.sessions;
drop table tocsin.members;
drop table tocsin.users;
drop table tocsin.organizations;
drop function tocsin.note_change();
drop function tocsin.note_person(uuid, text, text, jsonb, jsonb);
drop function tocsin.note(uuid, text, text, text, uuid, text, jsonb, jsonb);
drop procedure tocsin.give_to_lookup(regprocedure[]);
drop procedure tocsin.protect(regclass);
drop function tocsin.current_organization();
drop function tocsin.now();
drop schema tocsin;

-- Stays where something else uses it, or somebody else made it.
do $$
begin
    drop extension btree_gin;
exception when dependent_objects_still_exist or insufficient_privilege then
    raise notice 'the extension btree_gin stays';
end
$$;

commit;
