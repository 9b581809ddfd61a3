begin;

drop trigger note_change on tocsin.organizations;
drop trigger note_change on tocsin.members;
drop trigger note_change on tocsin.api_tokens;
drop trigger note_change on tocsin.services;
drop function tocsin.note_change();
drop function tocsin.note_person(uuid, text, text, jsonb, jsonb);
drop function tocsin.note(uuid, text, text, text, uuid, text, jsonb, jsonb);
drop table tocsin.audit_log;

commit;
