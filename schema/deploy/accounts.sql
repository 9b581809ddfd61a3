-- requires: audit
begin;

-- Who has been asked to belong to an organization. The link holds the token; it works once, for that address and role.
create table tocsin.invitations (
    organization_id  uuid not null references tocsin.organizations,
    invitation_id    uuid not null,
    token_hash       bytea not null constraint invitations_hash_key unique check (length(token_hash) = 32),
    email            text not null check (length(email) between 3 and 254),
    role             text not null check (role in ('owner', 'admin', 'responder', 'viewer')),
    -- Whose rights are looked at again when it is accepted: a person, an API token, or neither: the command line.
    invited_by       uuid references tocsin.users,
    invited_by_token uuid,
    invited_by_name  text not null default '' check (length(invited_by_name) <= 300),
    created_at       timestamptz not null default tocsin.now(),
    expires_at       timestamptz not null,
    accepted_at      timestamptz,
    accepted_by      uuid references tocsin.users,
    revoked_at       timestamptz,
    primary key (organization_id, invitation_id),
    foreign key (organization_id, invited_by_token) references tocsin.api_tokens
);
-- Another one for the same address takes the place of the one before.
create unique index invitations_open_key on tocsin.invitations (organization_id, lower(email))
    where accepted_at is null and revoked_at is null;
call tocsin.protect('tocsin.invitations');

-- Links that set a new password, made on the host.
create table tocsin.password_resets (
    token_hash bytea primary key check (length(token_hash) = 32),
    user_id    uuid not null references tocsin.users,
    created_at timestamptz not null default tocsin.now(),
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index password_resets_user_id_idx on tocsin.password_resets (user_id);

-- Browsers in which a person has signed in before: guessing elsewhere does not slow them down. SHA-256 of their cookie.
create table tocsin.known_devices (
    device_hash  bytea not null check (length(device_hash) = 32),
    user_id      uuid not null references tocsin.users,
    created_at   timestamptz not null default tocsin.now(),
    last_used_at timestamptz not null default tocsin.now(),
    primary key (user_id, device_hash)
);

-- Attempts that may be guesses, counted by what they have in common; shared by all processes. Keys hold hashes, no addresses.
create table tocsin.attempts (
    attempt_key text primary key check (length(attempt_key) <= 80),
    failures    double precision not null default 0,
    last_at     timestamptz not null default tocsin.now()
);

create trigger note_change after insert or update on tocsin.invitations
    for each row execute function tocsin.note_change('invitation', 'invitation_id', 'email');

-- --- what each role may touch ---------------------------------------------------------------------------------------
grant select (organization_id, invitation_id, email, role, invited_by, invited_by_token, invited_by_name, created_at, expires_at,
              accepted_at, revoked_at),
      insert, update (revoked_at) on tocsin.invitations to tocsin_gateway;
create policy for_operator on tocsin.invitations to tocsin_operator using (true) with check (true);
grant insert on tocsin.invitations to tocsin_operator;
grant select (user_id), insert, delete on tocsin.password_resets to tocsin_operator;

grant select (last_at), delete on tocsin.attempts to tocsin_scheduler;
grant select (last_used_at), delete on tocsin.known_devices to tocsin_scheduler;
grant select (expires_at), delete on tocsin.password_resets to tocsin_scheduler;

create policy for_lookup on tocsin.invitations to tocsin_lookup using (true) with check (true);
grant select, update (accepted_at, accepted_by) on tocsin.invitations to tocsin_lookup;
grant select, update (used_at) on tocsin.password_resets to tocsin_lookup;
grant select, insert, update, delete on tocsin.known_devices, tocsin.attempts to tocsin_lookup;

-- --- look-ups before the organization is known ----------------------------------------------------------------------
-- Migrations run with row_security off, with which the bodies of these functions would be refused; making them touches no rows.
set local row_security = on;

-- For signing in: who has this address, and the hash to check. One row or none.
create function tocsin.find_login(wanted_email text)
    returns table (user_id uuid, email text, name text, password_hash text)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select u.user_id, u.email, u.name, u.password_hash from tocsin.users u where lower(u.email) = lower(wanted_email) $$;

create function tocsin.start_session(new_token_hash bytea, of_user uuid, from_address text, with_user_agent text)
    returns void
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    as $$ insert into tocsin.sessions (token_hash, user_id, address, user_agent)
          values (new_token_hash, of_user, from_address, with_user_agent);
          select tocsin.note_person(of_user, 'session.started', from_address, null, jsonb_build_object('user_agent', with_user_agent)) $$;

create function tocsin.end_session(of_token_hash bytea) returns void
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    as $$ with ended as (delete from tocsin.sessions where token_hash = of_token_hash returning user_id)
          select tocsin.note_person(user_id, 'session.ended', coalesce(current_setting('app.address', true), ''), null, null) from ended $$;

-- The person of a session that is neither idle nor too old. Being seen is written at most once a minute.
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

-- The organization, role and name of a live API token. Being used is written at most once a minute.
create function tocsin.find_api_token(of_token_hash bytea)
    returns table (organization_id uuid, organization_slug text, organization_name text, token_id uuid, role text, token_name text)
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    update tocsin.api_tokens t set last_used_at = tocsin.now()
     where t.token_hash = of_token_hash
       and (t.last_used_at is null or t.last_used_at < tocsin.now() - interval '1 minute');
    return query
        select t.organization_id, o.slug, o.name, t.token_id, t.role, t.name
          from tocsin.api_tokens t join tocsin.organizations o on o.organization_id = t.organization_id
         where t.token_hash = of_token_hash
           and t.revoked_at is null
           and (t.expires_at is null or t.expires_at > tocsin.now());
end
$$;

-- The organizations that a person belongs to, with the role in each.
create function tocsin.organizations_of(of_user uuid)
    returns table (organization_id uuid, slug text, name text, role text)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select o.organization_id, o.slug, o.name, m.role
            from tocsin.members m join tocsin.organizations o on o.organization_id = m.organization_id
           where m.user_id = of_user
           order by o.slug $$;

-- --- one's own account ------------------------------------------------------------------------------------------------
-- The live sessions of a person, newest first; the current one is that of the given token.
create function tocsin.sessions_of(of_user uuid, idle_limit interval, age_limit interval, current_token_hash bytea)
    returns table (session_id uuid, is_current boolean, address text, user_agent text, created_at timestamptz, last_seen_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select s.session_id, s.token_hash = current_token_hash, s.address, s.user_agent, s.created_at, s.last_seen_at
            from tocsin.sessions s
           where s.user_id = of_user and s.last_seen_at > tocsin.now() - idle_limit and s.created_at > tocsin.now() - age_limit
           order by s.created_at desc, s.session_id $$;

-- Ends one session of a person; false where it is not theirs, or there is none.
create function tocsin.end_session_of(of_user uuid, of_session uuid) returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    ended tocsin.sessions;
begin
    delete from tocsin.sessions s where s.user_id = of_user and s.session_id = of_session returning * into ended;
    if not found then
        return false;
    end if;
    perform tocsin.note_person(of_user, 'session.ended', coalesce(current_setting('app.address', true), ''), null,
                               jsonb_build_object('session_id', of_session, 'user_agent', ended.user_agent));
    return true;
end
$$;

-- Ends all sessions of a person but one (null: all); how many.
create function tocsin.end_other_sessions(of_user uuid, kept_token_hash bytea) returns bigint
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    ended bigint;
begin
    delete from tocsin.sessions s where s.user_id = of_user and s.token_hash is distinct from kept_token_hash;
    get diagnostics ended = row_count;
    if ended > 0 then
        perform tocsin.note_person(of_user, 'session.others_ended', coalesce(current_setting('app.address', true), ''), null,
                                   jsonb_build_object('sessions', ended));
    end if;
    return ended;
end
$$;

create function tocsin.find_password(of_user uuid) returns text
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select u.password_hash from tocsin.users u where u.user_id = of_user $$;

-- A new password ends the other sessions; false where the old one is not what the caller has checked any more.
create function tocsin.change_password(of_user uuid, old_hash text, new_hash text, kept_token_hash bytea) returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    update tocsin.users u set password_hash = new_hash where u.user_id = of_user and u.password_hash = old_hash;
    if not found then
        return false;
    end if;
    perform tocsin.note_person(of_user, 'password.changed', coalesce(current_setting('app.address', true), ''), null, null);
    perform tocsin.end_other_sessions(of_user, kept_token_hash);
    return true;
end
$$;

-- The same password under stronger parameters.
create function tocsin.rehash_password(of_user uuid, old_hash text, new_hash text) returns void
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    as $$ update tocsin.users u set password_hash = new_hash where u.user_id = of_user and u.password_hash = old_hash $$;

create function tocsin.change_name(of_user uuid, new_name text) returns void
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    old_name text;
begin
    select u.name into old_name from tocsin.users u where u.user_id = of_user for update;
    if old_name is distinct from new_name then
        update tocsin.users u set name = new_name where u.user_id = of_user;
        perform tocsin.note_person(of_user, 'profile.changed', coalesce(current_setting('app.address', true), ''),
                                   jsonb_build_object('name', old_name), jsonb_build_object('name', new_name));
    end if;
end
$$;

create function tocsin.has_password_reset(of_token_hash bytea) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select exists (select from tocsin.password_resets r
                          where r.token_hash = of_token_hash and r.used_at is null and r.expires_at > tocsin.now()) $$;

-- Uses a reset up: the new password, and no session of before; false where it does not work (any more).
create function tocsin.accept_password_reset(of_token_hash bytea, new_hash text) returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    who uuid;
begin
    update tocsin.password_resets r set used_at = tocsin.now()
     where r.token_hash = of_token_hash and r.used_at is null and r.expires_at > tocsin.now()
    returning r.user_id into who;
    if not found then
        return false;
    end if;
    update tocsin.users u set password_hash = new_hash where u.user_id = who;
    delete from tocsin.known_devices d where d.user_id = who;
    perform tocsin.note_person(who, 'password.reset', coalesce(current_setting('app.address', true), ''), null, null);
    perform tocsin.end_other_sessions(who, null);
    return true;
end
$$;

-- --- invitations ------------------------------------------------------------------------------------------------------
-- The open invitation of a token, while whoever invited still may; with the account of its address, if there is one.
create function tocsin.find_invitation(of_token_hash bytea)
    returns table (organization_id uuid, organization_slug text, organization_name text, email text, role text, expires_at timestamptz,
                   account_id uuid, account_name text, account_password_hash text)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select i.organization_id, o.slug, o.name, i.email, i.role, i.expires_at, u.user_id, u.name, u.password_hash
            from tocsin.invitations i
            join tocsin.organizations o on o.organization_id = i.organization_id
            left join tocsin.users u on lower(u.email) = lower(i.email)
           where i.token_hash = of_token_hash and i.accepted_at is null and i.revoked_at is null and i.expires_at > tocsin.now()
             and (i.invited_by is null and i.invited_by_token is null
                  or exists (select from tocsin.members m
                              where m.organization_id = i.organization_id and m.user_id = i.invited_by and m.role in ('owner', 'admin'))
                  or exists (select from tocsin.api_tokens t
                              where t.organization_id = i.organization_id and t.token_id = i.invited_by_token and t.role = 'admin'
                                and t.revoked_at is null and (t.expires_at is null or t.expires_at > tocsin.now()))) $$;

-- Uses an invitation up and makes the member, with a new account where new_hash is given; the organization's slug, or null where
-- the invitation does not work (any more).
create function tocsin.accept_invitation(of_token_hash bytea, of_user uuid, new_name text, new_hash text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    found_one record;
begin
    select * into found_one from tocsin.find_invitation(of_token_hash);
    if not found then
        return null;
    end if;
    -- Of two at the same moment the second waits here, and then finds it used.
    perform from tocsin.invitations i
      where i.token_hash = of_token_hash and i.accepted_at is null and i.revoked_at is null for update;
    if not found then
        return null;
    end if;
    perform set_config('app.tenant', found_one.organization_id::text, true), set_config('app.actor_kind', 'user', true),
            set_config('app.actor_id', of_user::text, true), set_config('app.actor', found_one.email, true);
    if new_hash is not null then
        insert into tocsin.users (user_id, email, name, password_hash) values (of_user, found_one.email, new_name, new_hash);
    end if;
    insert into tocsin.members (organization_id, user_id, role) values (found_one.organization_id, of_user, found_one.role)
    on conflict (organization_id, user_id) do nothing;
    update tocsin.invitations i set accepted_at = tocsin.now(), accepted_by = of_user where i.token_hash = of_token_hash;
    return found_one.organization_slug;
end
$$;

-- --- guessing ----------------------------------------------------------------------------------------------------------
create function tocsin.is_known_device(of_user uuid, of_device_hash bytea) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select exists (select from tocsin.known_devices d where d.user_id = of_user and d.device_hash = of_device_hash) $$;

create function tocsin.remember_device(of_user uuid, of_device_hash bytea) returns void
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    as $$ insert into tocsin.known_devices (user_id, device_hash) values (of_user, of_device_hash)
          on conflict (user_id, device_hash) do update set last_used_at = tocsin.now() $$;

-- Counts an attempt under each key before it is judged, so that parallel guesses are counted too. Where a key has failed more
-- than its free times, each further failure doubles the wait up to the longest: then nothing is counted, and the answer is how
-- many seconds to wait. As many failures as are free are forgotten in half an hour, evenly, so that a network of many people who
-- mistype is never slowed down; and all after half an hour without any.
create function tocsin.charge_attempt(keys text[], free integer[], longest integer[]) returns integer
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    wait integer;
begin
    -- In one order, so that two attempts never wait for each other.
    insert into tocsin.attempts (attempt_key) select k from unnest(keys) k order by k on conflict do nothing;
    perform from tocsin.attempts a where a.attempt_key = any (keys) order by a.attempt_key for update;
    with counted as (
        select w.key, w.free, w.longest, extract(epoch from tocsin.now() - a.last_at)::double precision as ago, a.failures
          from unnest(keys, free, longest) as w (key, free, longest) join tocsin.attempts a on a.attempt_key = w.key),
    left_over as (
        select c.*, case when c.ago < 1800 then greatest(0, c.failures - c.ago * c.free / 1800) else 0 end as failures_left from counted c),
    waiting as (
        select max(least(l.longest, power(2, least(ceil(l.failures_left) - l.free, 16))) - l.ago) as seconds
          from left_over l where ceil(l.failures_left) >= l.free),
    charged as (
        update tocsin.attempts a set failures = l.failures_left + 1, last_at = tocsin.now()
          from left_over l where a.attempt_key = l.key and coalesce((select seconds from waiting), 0) <= 0)
    select greatest(0, ceil(coalesce(seconds, 0)))::integer into wait from waiting;
    return wait;
end
$$;

-- An attempt that was none: forgets the first keys, takes one from each of the others.
create function tocsin.clear_attempt(forgotten text[], refunded text[]) returns void
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    as $$ update tocsin.attempts a set failures = case when a.attempt_key = any (forgotten) then 0 else greatest(a.failures - 1, 0) end
           where a.attempt_key in (select b.attempt_key from tocsin.attempts b
                                    where b.attempt_key = any (forgotten || refunded) order by b.attempt_key for update) $$;

call tocsin.give_to_lookup(array['tocsin.find_login(text)', 'tocsin.start_session(bytea, uuid, text, text)',
                                 'tocsin.end_session(bytea)', 'tocsin.find_session(bytea, interval, interval)',
                                 'tocsin.find_api_token(bytea)', 'tocsin.organizations_of(uuid)',
                                 'tocsin.sessions_of(uuid, interval, interval, bytea)', 'tocsin.end_session_of(uuid, uuid)',
                                 'tocsin.end_other_sessions(uuid, bytea)', 'tocsin.find_password(uuid)',
                                 'tocsin.change_password(uuid, text, text, bytea)', 'tocsin.rehash_password(uuid, text, text)',
                                 'tocsin.change_name(uuid, text)', 'tocsin.has_password_reset(bytea)',
                                 'tocsin.accept_password_reset(bytea, text)', 'tocsin.find_invitation(bytea)',
                                 'tocsin.accept_invitation(bytea, uuid, text, text)', 'tocsin.is_known_device(uuid, bytea)',
                                 'tocsin.remember_device(uuid, bytea)', 'tocsin.charge_attempt(text[], integer[], integer[])',
                                 'tocsin.clear_attempt(text[], text[])']::regprocedure[]);

commit;
