begin;

set local row_security = on;

drop function tocsin.search_incidents(text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz);
drop function tocsin.search_incidents(tsquery, text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz);
create function tocsin.search_incidents(words text, below bigint, at_most bigint, states text[], severities text[], services text[],
                                        of_integration uuid, of_assignee text, unassigned boolean, since timestamptz, until timestamptz)
    returns setof bigint
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan
    set enable_bitmapscan = off
    as $$
declare
    org       constant uuid := tocsin.current_organization();
    lower_end bigint := (select n.number from tocsin.incidents n where n.organization_id = org and (below is null or n.number < below)
                          order by n.number desc offset 999 limit 1);
    upper_end bigint := below;
    wanted    bigint := at_most;
    found     bigint;
begin
    loop
        return query
            select i.number from tocsin.incidents i
             where i.organization_id = org
               and tocsin.search_words(i.title, i.culprit, i.short_id, i.project_slug) @@ to_tsquery('pg_catalog.simple', words)
               and (lower_end is null or i.number >= lower_end)
               and (upper_end is null or i.number < upper_end)
               and (states = '{}' or i.status = any (states))
               and (severities = '{}' or i.severity = any (severities))
               and (services = '{}' or i.service_id in (select f.service_id from tocsin.services f
                                                         where f.organization_id = org and f.slug = any (services)))
               and (of_integration is null or i.integration_id = of_integration)
               and (of_assignee is null or lower(i.assignee) = lower(of_assignee))
               and (not unassigned or i.assignee is null)
               and (since is null or i.opened_at >= since)
               and (until is null or i.opened_at < until)
             order by i.number + 0 desc limit wanted;
        get diagnostics found = row_count;
        wanted := wanted - found;
        exit when wanted <= 0 or lower_end is null;
        upper_end := lower_end;
        lower_end := null;
        perform set_config('enable_bitmapscan', 'on', true);
    end loop;
end
$$;
call tocsin.give_to_lookup(array['tocsin.search_incidents(text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz)']::regprocedure[]);

drop index tocsin.incidents_search_idx;
create index incidents_search_idx on tocsin.incidents
    using gin (organization_id, tocsin.search_words(title, culprit, short_id, project_slug)) with (gin_pending_list_limit = 256);

drop function tocsin.search_query(text);
drop function tocsin.search_words(text, text, text, text, text);
drop function tocsin.words_beyond_ascii(text, text);
drop function tocsin.neighbor_pairs(text);
drop function tocsin.unspaced_script();

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 17;

commit;
