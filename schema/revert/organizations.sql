begin;

drop function tocsin.clear_attempt(text[], text[]);
drop function tocsin.charge_attempt(text[], integer[], integer[]);
drop function tocsin.remember_device(uuid, bytea);
drop function tocsin.is_known_device(uuid, bytea);
drop function tocsin.accept_invitation(bytea, uuid, text, text);
drop function tocsin.find_invitation(bytea);
drop function tocsin.accept_password_reset(bytea, text);
drop function tocsin.has_password_reset(bytea);
drop function tocsin.change_name(uuid, text);
drop function tocsin.rehash_password(uuid, text, text);
drop function tocsin.change_password(uuid, text, text, bytea);
drop function tocsin.find_password(uuid);
drop function tocsin.end_other_sessions(uuid, bytea);
drop function tocsin.end_session_of(uuid, uuid);
drop function tocsin.sessions_of(uuid, interval, interval, bytea);
drop function tocsin.organizations_of(uuid);
drop function tocsin.find_api_token(bytea);
drop function tocsin.find_session(bytea, interval, interval);
drop function tocsin.end_session(bytea);
drop function tocsin.start_session(bytea, uuid, text, text);
drop function tocsin.find_login(text);
drop policy of_current_organization on tocsin.users;
drop table tocsin.audit_log;
drop table tocsin.services;
drop table tocsin.attempts;
drop table tocsin.known_devices;
drop table tocsin.password_resets;
drop table tocsin.invitations;
drop table tocsin.api_tokens;
drop table tocsin.sessions;
drop table tocsin.members;
drop function tocsin.keep_an_owner();
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
