-- requires: organization_settings
begin;

-- `session * HASH,HASH`: the sessions that ended, each by the first 16 digits of its hash, so that only their streams are checked;
-- `session * *` for too many. A notification is limited to 8,000 bytes.
create or replace function tocsin.tell_session() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
declare
    found_count bigint;
    hashes text;
begin
    select count(*), string_agg(left(encode(token_hash, 'hex'), 16), ',') into found_count, hashes from ended;
    if found_count > 0 then
        perform pg_notify('tocsin_changes', 'session * ' || case when found_count > 100 then '*' else hashes end);
    end if;
    return null;
end
$$;
drop trigger tell_ended on tocsin.sessions;
create trigger tell_ended after delete on tocsin.sessions
    referencing old table as ended for each statement execute function tocsin.tell_session();

-- The gateways remember keys of webhooks for a short time.
create trigger tell_made after insert on tocsin.webhook_secrets
    referencing new table as changed for each statement execute function tocsin.tell_organizations('keys');
create trigger tell_changed after update on tocsin.webhook_secrets
    referencing new table as changed for each statement execute function tocsin.tell_organizations('keys');
create trigger tell_deleted after delete on tocsin.webhook_secrets
    referencing old table as changed for each statement execute function tocsin.tell_organizations('keys');

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 32;

commit;
