-- requires: incidents
begin;

-- What changed is told on the channel tocsin_changes, to whoever listens: one message for an organization and a kind
-- of thing in each statement, `kind organization numbers`, where numbers are those of incidents, separated by commas, or `*`
-- for more than fit. It tells that, not what: whoever hears it reads again, and rights are checked there.
create function tocsin.tell_incidents() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('tocsin_changes', format('incident %s %s', organization_id,
                                               case when count(*) > 200 then '*' else string_agg(number::text, ',') end))
       from changed group by organization_id;
    return null;
end
$$;

-- Arguments: the kind.
create function tocsin.tell_organizations() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform pg_notify('tocsin_changes', format('%s %s *', tg_argv[0], organization_id)) from changed group by organization_id;
    return null;
end
$$;

create trigger tell_opened after insert on tocsin.incidents
    referencing new table as changed for each statement execute function tocsin.tell_incidents();
create trigger tell_changed after update on tocsin.incidents
    referencing new table as changed for each statement execute function tocsin.tell_incidents();
create trigger tell_arrived after insert on tocsin.deliveries
    referencing new table as changed for each statement execute function tocsin.tell_organizations('delivery');
create trigger tell_made after insert on tocsin.integrations
    referencing new table as changed for each statement execute function tocsin.tell_organizations('integration');
create trigger tell_changed after update on tocsin.integrations
    referencing new table as changed for each statement execute function tocsin.tell_organizations('integration');

-- Rights that changed: open streams ask again at once.
create trigger tell_rights after update on tocsin.members
    referencing new table as changed for each statement execute function tocsin.tell_organizations('rights');
create trigger tell_rights_gone after delete on tocsin.members
    referencing old table as changed for each statement execute function tocsin.tell_organizations('rights');
create trigger tell_rights after update on tocsin.api_tokens
    referencing new table as changed for each statement execute function tocsin.tell_organizations('rights');

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
