do $$
begin
    if pg_get_indexdef('tocsin.incidents_search_idx'::regclass) not like '%source_id%' then
        raise exception 'the index of words has no ids';
    end if;
    if not has_function_privilege('tocsin_gateway', 'tocsin.search_incidents(tsquery, text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz)', 'execute') then
        raise exception 'the gateway cannot search';
    end if;
    if not has_function_privilege('tocsin_ingest', 'tocsin.words_beyond_ascii(text, text)', 'execute') then
        raise exception 'ingest cannot compute the words of an incident';
    end if;
end
$$;
