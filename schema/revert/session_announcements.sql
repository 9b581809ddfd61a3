begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 31;

drop trigger tell_deleted on tocsin.webhook_secrets;
drop trigger tell_changed on tocsin.webhook_secrets;
drop trigger tell_made on tocsin.webhook_secrets;

drop trigger tell_ended on tocsin.sessions;
create or replace function tocsin.tell_session() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('tocsin_changes', 'session * *');
    return null;
end
$$;
create trigger tell_ended after delete on tocsin.sessions for each statement execute function tocsin.tell_session();

commit;
