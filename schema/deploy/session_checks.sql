-- requires: partition_days
begin;

-- Like tocsin.find_session, for what is no use of the session: an open stream does not keep it from going idle.
create function tocsin.check_session(of_token_hash bytea, idle_limit interval, age_limit interval)
    returns table (user_id uuid, email text, name text)
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    return query
        select u.user_id, u.email, u.name
          from tocsin.sessions s join tocsin.users u on u.user_id = s.user_id
         where s.token_hash = of_token_hash
           and s.last_seen_at > tocsin.now() - idle_limit
           and s.created_at > tocsin.now() - age_limit;
end
$$;
call tocsin.give_to_lookup(array['tocsin.check_session(bytea, interval, interval)']::regprocedure[]);

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 40;

commit;
