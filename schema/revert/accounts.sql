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
drop table tocsin.attempts;
drop table tocsin.known_devices;
drop table tocsin.password_resets;
drop table tocsin.invitations;

commit;
