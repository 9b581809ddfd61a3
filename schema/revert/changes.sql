begin;

drop trigger tell_ended on tocsin.sessions;
drop function tocsin.tell_session();
drop trigger tell_rights on tocsin.api_tokens;
drop trigger tell_rights_gone on tocsin.members;
drop trigger tell_rights on tocsin.members;
drop trigger tell_changed on tocsin.integrations;
drop trigger tell_made on tocsin.integrations;
drop trigger tell_arrived on tocsin.deliveries;
drop trigger tell_changed on tocsin.incidents;
drop trigger tell_opened on tocsin.incidents;
drop function tocsin.tell_organizations();
drop function tocsin.tell_incidents();

commit;
