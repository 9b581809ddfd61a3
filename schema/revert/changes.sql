begin;

drop trigger tell_ended on tocsin.sessions;
drop function tocsin.tell_session();
drop trigger tell_rights on tocsin.api_tokens;
drop trigger tell_rights on tocsin.members;
drop function tocsin.tell_rights();
drop trigger tell_changed on tocsin.integrations;
drop trigger tell_made on tocsin.integrations;
drop function tocsin.tell_organizations();

commit;
