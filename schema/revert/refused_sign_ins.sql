begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 36;

drop function tocsin.note_refused_sign_in(uuid, text);

commit;
