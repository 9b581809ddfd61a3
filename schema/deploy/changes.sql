-- requires: incidents
begin;

-- What changed is told on the channel tocsin_changes, to whoever listens: `kind organization what;organization what;...`. The
-- kinds are incident (what: the numbers, separated by commas, or `*` for too many), delivery, integration, rights and session
-- (what: `*`; of session the organization, too). It tells that, not what: whoever hears it reads again, and rights are checked
-- there. Incidents and deliveries are told by the program, a whole batch in a few messages; a trigger would see each statement
-- by itself, and send one for every organization in it.

-- Arguments: the kind.
create function tocsin.tell_organizations() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('tocsin_changes', format('%s %s *', tg_argv[0], organization_id)) from changed group by organization_id;
    return null;
end
$$;

create trigger tell_made after insert on tocsin.integrations
    referencing new table as changed for each statement execute function tocsin.tell_organizations('integration');
create trigger tell_changed after update on tocsin.integrations
    referencing new table as changed for each statement execute function tocsin.tell_organizations('integration');

-- Rights that changed: open streams ask again at once. That a token was used changes nothing.
create function tocsin.tell_rights() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('tocsin_changes', format('rights %s *', old.organization_id));
    return null;
end
$$;
create trigger tell_rights after update or delete on tocsin.members
    for each row execute function tocsin.tell_rights();
create trigger tell_rights after update on tocsin.api_tokens
    for each row when ((old.role, old.expires_at, old.revoked_at) is distinct from (new.role, new.expires_at, new.revoked_at))
    execute function tocsin.tell_rights();

create function tocsin.tell_session() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('tocsin_changes', 'session * *');
    return null;
end
$$;
create trigger tell_ended after delete on tocsin.sessions for each statement execute function tocsin.tell_session();

commit;
