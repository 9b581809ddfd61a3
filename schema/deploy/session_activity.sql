-- requires: connect_flows_of_mode
begin;

-- The body of a function is not run here, but row_security = off, which migrations have, would be refused in it.
set local row_security = on;

-- The user of a session that is neither idle nor too old. Activity is written at most once a minute, and more often where the idle
-- limit is short: a session in use must not end because its last request was not written.
drop function tocsin.find_session(bytea, interval, interval);
create function tocsin.find_session(of_token_hash bytea, idle_limit interval, age_limit interval)
    returns table (user_id uuid, email text, name text)
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    update tocsin.sessions s set last_seen_at = tocsin.now()
     where s.token_hash = of_token_hash
       and s.last_seen_at < tocsin.now() - least(interval '1 minute', idle_limit / 10)
       and s.last_seen_at > tocsin.now() - idle_limit
       and s.created_at > tocsin.now() - age_limit;
    return query
        select u.user_id, u.email, u.name
          from tocsin.sessions s join tocsin.users u on u.user_id = s.user_id
         where s.token_hash = of_token_hash
           and s.last_seen_at > tocsin.now() - idle_limit
           and s.created_at > tocsin.now() - age_limit;
end
$$;
call tocsin.give_to_lookup(array['tocsin.find_session(bytea, interval, interval)']::regprocedure[]);

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 13;

commit;
