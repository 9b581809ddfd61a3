-- requires: roles
begin;

create extension if not exists btree_gin;

create schema tocsin;
revoke all on schema tocsin from public;
grant usage on schema tocsin to tocsin_gateway, tocsin_ingest, tocsin_scheduler, tocsin_operator, tocsin_lookup;

-- The time of the system. Every statement that needs the current time asks this function, so that a test can move time
-- by replacing it.
create function tocsin.now() returns timestamptz
    language sql stable parallel safe
    as 'select pg_catalog.now()';

-- The organization of the current transaction, set with set_config('app.tenant', ..., true). A setting that has
-- reverted reads as '', not as null.
create function tocsin.current_organization() returns uuid
    language sql stable parallel safe
    as $$ select nullif(pg_catalog.current_setting('app.tenant', true), '')::uuid $$;

-- Puts a table with organization_id behind the wall: the gateway sees the rows of the current organization only.
create procedure tocsin.protect(wall regclass)
    language plpgsql
    as $$
begin
    execute format('alter table %s enable row level security', wall);
    execute format('alter table %s force row level security', wall);
    execute format('create policy of_current_organization on %s to tocsin_gateway '
                   'using (organization_id = tocsin.current_organization()) '
                   'with check (organization_id = tocsin.current_organization())', wall);
end
$$;

-- Makes functions answer with the rights of tocsin_lookup, and to the gateway alone. A function can be given only by a member
-- of that role and where that role may create in the schema; neither may last: the owner of the tables would see through the
-- wall, and a look-up role makes nothing.
create procedure tocsin.give_to_lookup(functions regprocedure[])
    language plpgsql
    as $$
declare
    -- From PostgreSQL 16 on the maker of a role is a member that may not assume it.
    membership constant text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
    is_member  constant boolean := pg_has_role(current_user, 'tocsin_lookup', membership);
    f          regprocedure;
begin
    grant create on schema tocsin to tocsin_lookup;
    if not is_member then
        execute format('grant tocsin_lookup to %I', current_user);
    end if;
    foreach f in array functions loop
        execute format('revoke all on function %s from public', f);
        execute format('grant execute on function %s to tocsin_gateway', f);
        execute format('alter function %s owner to tocsin_lookup', f);
    end loop;
    if not is_member then
        execute format('revoke tocsin_lookup from %I', current_user);
    end if;
    revoke create on schema tocsin from tocsin_lookup;
end
$$;

create table tocsin.organizations (
    organization_id uuid primary key,
    slug            text not null constraint organizations_slug_key unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name            text not null check (length(name) between 1 and 200),
    created_at      timestamptz not null default tocsin.now()
);
call tocsin.protect('tocsin.organizations');

-- People; they may belong to several organizations, so the table has no organization of its own.
create table tocsin.users (
    user_id       uuid primary key,
    email         text not null check (length(email) between 3 and 254),
    name          text not null default '' check (length(name) <= 200),
    password_hash text not null,
    created_at    timestamptz not null default tocsin.now()
);
create unique index users_email_key on tocsin.users (lower(email));

create table tocsin.members (
    organization_id uuid not null references tocsin.organizations,
    user_id         uuid not null references tocsin.users,
    role            text not null check (role in ('owner', 'admin', 'responder', 'viewer')),
    created_at      timestamptz not null default tocsin.now(),
    primary key (organization_id, user_id)
);
create index members_user_id_idx on tocsin.members (user_id);
-- Exactly one owner as soon as there are members: not two by this index; not none by the program's rules.
create unique index members_one_owner on tocsin.members (organization_id) where role = 'owner';
call tocsin.protect('tocsin.members');

-- The gateway sees the people of the current organization, never their password hashes.
alter table tocsin.users enable row level security;
alter table tocsin.users force row level security;
create policy of_current_organization on tocsin.users for select to tocsin_gateway
    using (exists (select from tocsin.members m
                    where m.organization_id = tocsin.current_organization() and m.user_id = users.user_id));

create table tocsin.sessions (
    token_hash   bytea primary key check (length(token_hash) = 32),
    -- What the person and the API call it by.
    session_id   uuid not null default gen_random_uuid() constraint sessions_id_key unique,
    user_id      uuid not null references tocsin.users,
    created_at   timestamptz not null default tocsin.now(),
    last_seen_at timestamptz not null default tocsin.now(),
    address      text not null default '',
    user_agent   text not null default ''
);
create index sessions_user_id_idx on tocsin.sessions (user_id);

create table tocsin.api_tokens (
    organization_id uuid not null references tocsin.organizations,
    token_id        uuid not null,
    token_hash      bytea not null constraint api_tokens_hash_key unique check (length(token_hash) = 32),
    name            text not null check (length(name) between 1 and 200),
    role            text not null check (role in ('admin', 'responder', 'viewer')),
    -- Nobody: the command line.
    created_by      uuid references tocsin.users,
    created_by_name text not null default '' check (length(created_by_name) <= 300),
    created_at      timestamptz not null default tocsin.now(),
    expires_at      timestamptz,
    last_used_at    timestamptz,
    revoked_at      timestamptz,
    primary key (organization_id, token_id)
);
call tocsin.protect('tocsin.api_tokens');

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

create table tocsin.services (
    organization_id uuid not null references tocsin.organizations,
    service_id      uuid not null,
    slug            text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name            text not null check (length(name) between 1 and 200),
    description     text not null default '' check (length(description) <= 2000),
    created_at      timestamptz not null default tocsin.now(),
    archived_at     timestamptz,
    primary key (organization_id, service_id)
);
create unique index services_slug_key on tocsin.services (organization_id, slug) where archived_at is null;
call tocsin.protect('tocsin.services');

-- --- the audit log --------------------------------------------------------------------------------------------------
-- Who changed what in an organization: written in the transaction of the change, by the function and the triggers below alone,
-- appended to and read, never changed. Values hold no secrets, not even sealed or hashed ones.
create table tocsin.audit_log (
    organization_id uuid not null references tocsin.organizations,
    audit_id        bigint generated always as identity,
    at              timestamptz not null default tocsin.now(),
    actor_kind      text not null check (actor_kind in ('user', 'token', 'operator', 'sentry', 'system')),
    actor_id        uuid,
    actor_name      text not null default '' check (length(actor_name) <= 300),
    action          text not null check (action ~ '^[a-z_]+[.][a-z_]+$'),
    subject_kind    text not null check (length(subject_kind) <= 50),
    subject_id      uuid,
    subject_name    text not null default '' check (length(subject_name) <= 300),
    before_value    jsonb,
    after_value     jsonb,
    address         text not null default '' check (length(address) <= 100),
    request_id      text not null default '' check (length(request_id) <= 64),
    primary key (organization_id, audit_id)
);
call tocsin.protect('tocsin.audit_log');

-- Appends one entry. Who acts is what the transaction says (app.actor and the like, set where it begins); where it says
-- nothing, it is the command line or `otherwise`.
create function tocsin.note(of_organization uuid, otherwise text, what text, of_kind text, of_id uuid, of_name text, before jsonb, after jsonb)
    returns void
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    -- Here the wall's policy does not hold: these are the rights of another role.
    if current_setting('role') = 'tocsin_gateway' and of_organization is distinct from tocsin.current_organization() then
        raise exception 'an entry of another organization' using errcode = 'insufficient_privilege';
    end if;
    insert into tocsin.audit_log (organization_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name,
                                  before_value, after_value, address, request_id)
    values (of_organization,
            coalesce(nullif(current_setting('app.actor_kind', true), ''),
                     case when current_setting('role') = 'tocsin_operator' then 'operator' else otherwise end),
            nullif(current_setting('app.actor_id', true), '')::uuid,
            left(coalesce(current_setting('app.actor', true), ''), 300),
            what, of_kind, of_id,
            left(coalesce(of_name, (select u.email from tocsin.users u where of_kind = 'member' and u.user_id = of_id), ''), 300),
            before, after,
            left(coalesce(current_setting('app.address', true), ''), 100),
            left(coalesce(current_setting('app.request_id', true), ''), 64));
end
$$;

-- What changed in a row. Arguments: the kind, the columns of its id and its name ('' where it has none).
create function tocsin.note_change() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
declare
    kind    constant text := tg_argv[0];
    before  jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    after   jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    subject constant jsonb := coalesce(after, before);
    hidden  constant text[] := array['organization_id', 'token_hash', 'last_used_at', 'created_at', 'created_by', 'created_by_name',
                                     'invited_by', 'invited_by_token', 'invited_by_name', tg_argv[1]];
    verb    text;
begin
    before := before - hidden;
    after := after - hidden;
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(was.key, was.value), jsonb_object_agg(was.key, after -> was.key) into before, after
          from jsonb_each(before) was where was.value is distinct from after -> was.key;
        if before is null then
            return null;
        end if;
    end if;
    verb := case when tg_op = 'INSERT' and kind = 'member' then 'added'
                 when tg_op = 'INSERT' then 'created'
                 when tg_op = 'DELETE' then 'removed'
                 when after ->> 'archived_at' is not null then 'archived'
                 when after ->> 'revoked_at' is not null then 'revoked'
                 when after ->> 'accepted_at' is not null then 'accepted'
                 else 'changed' end;
    perform tocsin.note((subject ->> 'organization_id')::uuid, 'system', kind || '.' || verb, kind, (subject ->> tg_argv[1])::uuid,
                        subject ->> tg_argv[2], before, after);
    return null;
end
$$;
revoke all on function tocsin.note_change() from public;

create trigger note_change after insert on tocsin.organizations
    for each row execute function tocsin.note_change('organization', 'organization_id', 'name');
create trigger note_change after insert or update or delete on tocsin.members
    for each row execute function tocsin.note_change('member', 'user_id', '');
create trigger note_change after insert or update of name, role, expires_at, revoked_at on tocsin.api_tokens
    for each row execute function tocsin.note_change('token', 'token_id', 'name');
create trigger note_change after insert or update on tocsin.invitations
    for each row execute function tocsin.note_change('invitation', 'invitation_id', 'email');
create trigger note_change after insert or update on tocsin.services
    for each row execute function tocsin.note_change('service', 'service_id', 'name');

-- An organization with members has an owner: looked at when all is done, since a transfer takes the ownership before it gives it.
create function tocsin.keep_an_owner() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    if exists (select from tocsin.members m where m.organization_id = old.organization_id)
       and not exists (select from tocsin.members m where m.organization_id = old.organization_id and m.role = 'owner') then
        raise exception 'the organization % would be without an owner', old.organization_id using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;
create constraint trigger keep_an_owner after update or delete on tocsin.members
    deferrable initially deferred for each row execute function tocsin.keep_an_owner();

-- --- what each role may touch ---------------------------------------------------------------------------------------
grant select on tocsin.organizations, tocsin.members to tocsin_gateway;
grant update (role), delete on tocsin.members to tocsin_gateway;
grant select (organization_id, token_id, name, role, created_by, created_by_name, created_at, expires_at, last_used_at, revoked_at),
      insert, update (revoked_at) on tocsin.api_tokens to tocsin_gateway;
grant select (organization_id, invitation_id, email, role, invited_by, invited_by_token, invited_by_name, created_at, expires_at,
              accepted_at, revoked_at),
      insert, update (revoked_at) on tocsin.invitations to tocsin_gateway;
grant select (user_id, email, name, created_at) on tocsin.users to tocsin_gateway;
grant select, insert, update on tocsin.services to tocsin_gateway;
grant select on tocsin.audit_log to tocsin_gateway;

create policy for_ingest on tocsin.services for select to tocsin_ingest using (true);
grant select (organization_id, service_id, slug, name, archived_at) on tocsin.services to tocsin_ingest;

create policy for_operator on tocsin.organizations to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.users to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.members to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.api_tokens to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.invitations to tocsin_operator using (true) with check (true);
grant select, insert on tocsin.organizations, tocsin.users, tocsin.members, tocsin.api_tokens to tocsin_operator;
grant insert on tocsin.invitations to tocsin_operator;
grant select (user_id), insert, delete on tocsin.password_resets to tocsin_operator;

grant select (last_at), delete on tocsin.attempts to tocsin_scheduler;
grant select (last_used_at), delete on tocsin.known_devices to tocsin_scheduler;
grant select (expires_at), delete on tocsin.password_resets to tocsin_scheduler;

create policy for_lookup on tocsin.organizations for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.users to tocsin_lookup using (true) with check (true);
create policy for_lookup on tocsin.members to tocsin_lookup using (true) with check (true);
create policy for_lookup on tocsin.invitations to tocsin_lookup using (true) with check (true);
create policy for_lookup on tocsin.api_tokens to tocsin_lookup using (true);
grant select on tocsin.organizations, tocsin.users, tocsin.members, tocsin.invitations to tocsin_lookup;
grant insert, update (name, password_hash) on tocsin.users to tocsin_lookup;
grant insert on tocsin.members to tocsin_lookup;
grant update (accepted_at, accepted_by) on tocsin.invitations to tocsin_lookup;
grant select, update (used_at) on tocsin.password_resets to tocsin_lookup;
grant select, insert, update, delete on tocsin.known_devices, tocsin.attempts to tocsin_lookup;
grant select, update (last_used_at) on tocsin.api_tokens to tocsin_lookup;
grant select, insert, update, delete on tocsin.sessions to tocsin_lookup;
create policy for_lookup on tocsin.audit_log for insert to tocsin_lookup with check (true);
grant insert on tocsin.audit_log to tocsin_lookup;

-- --- look-ups before the organization is known ----------------------------------------------------------------------
-- Migrations run with row_security off, with which the bodies of these functions would be refused; making them touches no rows.
set local row_security = on;

-- The same entry in every organization of a person, who is the actor: for what a person does to the own account. It has the
-- rights of its caller, which is one of the look-up functions.
create function tocsin.note_person(of_user uuid, what text, from_address text, before jsonb, after jsonb) returns void
    language sql volatile set search_path = pg_catalog, pg_temp
    as $$
    insert into tocsin.audit_log (organization_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name,
                                  before_value, after_value, address, request_id)
    select m.organization_id, 'user', u.user_id, u.email, what, 'member', u.user_id, u.email, before, after, left(from_address, 100),
           left(coalesce(current_setting('app.request_id', true), ''), 64)
      from tocsin.members m join tocsin.users u on u.user_id = m.user_id
     where m.user_id = of_user
$$;

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

revoke all on function tocsin.note_person(uuid, text, text, jsonb, jsonb) from public;
grant execute on function tocsin.note_person(uuid, text, text, jsonb, jsonb) to tocsin_lookup;
grant execute on function tocsin.note(uuid, text, text, text, uuid, text, jsonb, jsonb) to tocsin_ingest, tocsin_scheduler, tocsin_operator;
call tocsin.give_to_lookup(array['tocsin.note(uuid, text, text, text, uuid, text, jsonb, jsonb)', 'tocsin.find_login(text)', 'tocsin.start_session(bytea, uuid, text, text)',
                                 'tocsin.end_session(bytea)', 'tocsin.find_session(bytea, interval, interval)',
                                 'tocsin.find_api_token(bytea)', 'tocsin.organizations_of(uuid)', 'tocsin.keep_an_owner()',
                                 'tocsin.sessions_of(uuid, interval, interval, bytea)', 'tocsin.end_session_of(uuid, uuid)',
                                 'tocsin.end_other_sessions(uuid, bytea)', 'tocsin.find_password(uuid)',
                                 'tocsin.change_password(uuid, text, text, bytea)', 'tocsin.rehash_password(uuid, text, text)',
                                 'tocsin.change_name(uuid, text)', 'tocsin.has_password_reset(bytea)',
                                 'tocsin.accept_password_reset(bytea, text)', 'tocsin.find_invitation(bytea)',
                                 'tocsin.accept_invitation(bytea, uuid, text, text)', 'tocsin.is_known_device(uuid, bytea)',
                                 'tocsin.remember_device(uuid, bytea)', 'tocsin.charge_attempt(text[], integer[], integer[])',
                                 'tocsin.clear_attempt(text[], text[])']::regprocedure[]);

commit;
