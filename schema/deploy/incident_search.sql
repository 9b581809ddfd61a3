-- requires: session_activity
begin;

-- The bodies of functions are not run here, but row_security = off, which migrations have, would be refused in them.
set local row_security = on;

-- --- words ------------------------------------------------------------------------------------------------------------
-- Scripts that put no spaces between words: Han, kana, Thai, Lao, Burmese, Khmer; and Hangul, whose words are compounds.
create function tocsin.unspaced_script() returns text
    language sql immutable parallel safe
    as $$ select '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff'
                 '\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af]' $$;

-- Every two neighbors in a text of such scripts, and the last character alone: a part of the text is found by its own pairs, and a
-- single character as the beginning of one.
create function tocsin.neighbor_pairs(run text) returns text
    language sql immutable parallel safe
    as $$ select pg_catalog.string_agg(pg_catalog.substr(run, n, 2), ' ') from pg_catalog.generate_series(1, pg_catalog.length(run)) n $$;

-- Texts that contain characters beyond ASCII. Wide and narrow forms of a character are the same (NFKC).
create function tocsin.words_beyond_ascii(what text, id text) returns tsvector
    language sql immutable parallel safe
    as $$
with t as (select pg_catalog.normalize(what, 'NFKC') as normal)
select pg_catalog.to_tsvector('pg_catalog.simple',
           pg_catalog.translate(pg_catalog.regexp_replace(normal, tocsin.unspaced_script() || '+', ' ', 'g'), '-./:@_+<&~', pg_catalog.repeat(' ', 10))
           || coalesce((select pg_catalog.string_agg(' ' || tocsin.neighbor_pairs(run.parts[1]), '')
                          from pg_catalog.regexp_matches(normal, '(' || tocsin.unspaced_script() || '+)', 'g') run (parts)), '')
           || id)
  from t
$$;

-- What a search looks at. Punctuation only separates words: PostgreSQL's parser would take shop.cart/charge for one, a path. These
-- are the characters that it may take for a part of something; the others separate words anyway. Sentry's id begins with a letter
-- that no query contains, because NFKC replaces it: so an id is found only as a whole. ASCII comes first, since this expression is
-- computed for each new incident.
create function tocsin.search_words(title text, culprit text, short_id text, project_slug text, source_id text) returns tsvector
    language sql immutable parallel safe
    as $$
select case when octet_length(title) = length(title) and octet_length(culprit) is not distinct from length(culprit)
                 and octet_length(project_slug) is not distinct from length(project_slug)
            then pg_catalog.to_tsvector('pg_catalog.simple', pg_catalog.translate(
                     title || ' ' || coalesce(culprit, '') || ' ' || coalesce(short_id, '') || ' ' || coalesce(project_slug, ''),
                     '-./:@_+<&~', pg_catalog.repeat(' ', 10)) || coalesce(' ª' || source_id, ''))
            else tocsin.words_beyond_ascii(
                     title || ' ' || coalesce(culprit, '') || ' ' || coalesce(short_id, '') || ' ' || coalesce(project_slug, ''),
                     coalesce(' ª' || source_id, '')) end
$$;

-- What a person types: words and beginnings of words, all of which must occur; parts of a text without spaces; and whole ids.
create function tocsin.search_query(wanted text) returns tsquery
    language sql immutable parallel safe
    as $$
with pieces as (
    select piece.parts[1] as run, piece.parts[2] as word
      from pg_catalog.regexp_matches(pg_catalog.normalize(wanted, 'NFKC'),
               '(' || tocsin.unspaced_script() || '+)|((?:(?!' || tocsin.unspaced_script() || ')[0-9A-Za-z\u0080-\U0010ffff])+)', 'g') piece (parts)
), terms as (
    select '''' || pair || case when pg_catalog.length(run) = 1 then ''':*' else '''' end as term
      from pieces cross join pg_catalog.regexp_split_to_table(tocsin.neighbor_pairs(run), ' ') pair
     where run is not null and (pg_catalog.length(pair) = 2 or pg_catalog.length(run) = 1)
    union all
    select case when word ~ '^[0-9]+$' then pg_catalog.format('(''%s'':* | ''ª%s'')', word, word) else '''' || word || ''':*' end
      from pieces where word is not null
)
select pg_catalog.to_tsquery('pg_catalog.simple', coalesce(pg_catalog.string_agg(term, ' & '), '')) from terms
$$;

revoke all on function tocsin.unspaced_script(), tocsin.neighbor_pairs(text), tocsin.words_beyond_ascii(text, text),
                       tocsin.search_words(text, text, text, text, text), tocsin.search_query(text) from public;
grant execute on function tocsin.unspaced_script(), tocsin.neighbor_pairs(text), tocsin.words_beyond_ascii(text, text),
                          tocsin.search_words(text, text, text, text, text) to tocsin_gateway, tocsin_ingest, tocsin_lookup;
grant execute on function tocsin.search_query(text) to tocsin_gateway, tocsin_lookup;

drop index tocsin.incidents_search_idx;
create index incidents_search_idx on tocsin.incidents
    using gin (organization_id, tocsin.search_words(title, culprit, short_id, project_slug, source_id)) with (gin_pending_list_limit = 256);

-- --- the search ---------------------------------------------------------------------------------------------------------
-- As the former function, which has no `of_source`: Sentry's id or short id of what the incidents are about, as in a pasted link.
create function tocsin.search_incidents(wanted tsquery, of_source text, below bigint, at_most bigint, states text[], severities text[],
                                        services text[], of_integration uuid, of_assignee text, unassigned boolean, since timestamptz,
                                        until timestamptz)
    returns setof bigint
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan
    set enable_bitmapscan = off
    as $$
declare
    org       constant uuid := tocsin.current_organization();
    lower_end bigint := (select n.number from tocsin.incidents n where n.organization_id = org and (below is null or n.number < below)
                          order by n.number desc offset 999 limit 1);
    upper_end bigint := below;
    missing   bigint := at_most;
    found     bigint;
begin
    -- An id is rare: the index finds it faster than a walk.
    if of_source is not null then
        lower_end := null;
        perform set_config('enable_bitmapscan', 'on', true);
    end if;
    loop
        return query
            select i.number from tocsin.incidents i
             where i.organization_id = org
               and tocsin.search_words(i.title, i.culprit, i.short_id, i.project_slug, i.source_id) @@ wanted
               and (of_source is null or i.source_id = of_source or lower(i.short_id) = lower(of_source))
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
             order by i.number + 0 desc limit missing;
        get diagnostics found = row_count;
        missing := missing - found;
        exit when missing <= 0 or lower_end is null;
        upper_end := lower_end;
        lower_end := null;
        perform set_config('enable_bitmapscan', 'on', true);
    end loop;
end
$$;
call tocsin.give_to_lookup(array['tocsin.search_incidents(tsquery, text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz)']::regprocedure[]);

-- For processes of the previous release, which pass words as 'one':* & 'two':*. Their own function would look into an index that no
-- longer exists.
drop function tocsin.search_incidents(text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz);
create function tocsin.search_incidents(words text, below bigint, at_most bigint, states text[], severities text[], services text[],
                                        of_integration uuid, of_assignee text, unassigned boolean, since timestamptz, until timestamptz)
    returns setof bigint
    language sql stable set search_path = pg_catalog, pg_temp
    as $$ select * from tocsin.search_incidents(tocsin.search_query(translate(words, '''&:*', '    ')), null, below, at_most, states, severities, services,
                                                of_integration, of_assignee, unassigned, since, until) $$;
revoke all on function tocsin.search_incidents(text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz) from public;
grant execute on function tocsin.search_incidents(text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz) to tocsin_gateway;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 18;

commit;
