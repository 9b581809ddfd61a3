begin;

set local row_security = on;

drop function tocsin.find_session(bytea, interval, interval);
create function tocsin.find_session(of_token_hash bytea, idle_limit interval, age_limit interval)
    returns table (user_id uuid, email text, name text)
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    update tocsin.sessions s set last_seen_at = tocsin.now()
     where s.token_hash = of_token_hash
       and s.last_seen_at < tocsin.now() - interval '1 minute'
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

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 12;

commit;
