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
    created_at      timestamptz not null default tocsin.now(),
    expires_at      timestamptz,
    last_used_at    timestamptz,
    revoked_at      timestamptz,
    primary key (organization_id, token_id)
);
call tocsin.protect('tocsin.api_tokens');

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
    hidden  constant text[] := array['organization_id', 'token_hash', 'last_used_at', 'created_at', tg_argv[1]];
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
create trigger note_change after insert or update on tocsin.services
    for each row execute function tocsin.note_change('service', 'service_id', 'name');

-- --- what each role may touch ---------------------------------------------------------------------------------------
grant select on tocsin.organizations, tocsin.members to tocsin_gateway;
grant select (user_id, email, name, created_at) on tocsin.users to tocsin_gateway;
grant select, insert, update on tocsin.services to tocsin_gateway;
grant select on tocsin.audit_log to tocsin_gateway;

create policy for_ingest on tocsin.services for select to tocsin_ingest using (true);
grant select (organization_id, service_id, slug, name, archived_at) on tocsin.services to tocsin_ingest;

create policy for_operator on tocsin.organizations to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.users to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.members to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.api_tokens to tocsin_operator using (true) with check (true);
grant select, insert on tocsin.organizations, tocsin.users, tocsin.members, tocsin.api_tokens to tocsin_operator;

create policy for_lookup on tocsin.organizations for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.users for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.members for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.api_tokens to tocsin_lookup using (true);
grant select on tocsin.organizations, tocsin.users, tocsin.members to tocsin_lookup;
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

revoke all on function tocsin.note_person(uuid, text, text, jsonb, jsonb) from public;
grant execute on function tocsin.note_person(uuid, text, text, jsonb, jsonb) to tocsin_lookup;
grant execute on function tocsin.note(uuid, text, text, text, uuid, text, jsonb, jsonb) to tocsin_ingest, tocsin_scheduler, tocsin_operator;
call tocsin.give_to_lookup(array['tocsin.note(uuid, text, text, text, uuid, text, jsonb, jsonb)', 'tocsin.find_login(text)', 'tocsin.start_session(bytea, uuid, text, text)',
                                 'tocsin.end_session(bytea)', 'tocsin.find_session(bytea, interval, interval)',
                                 'tocsin.find_api_token(bytea)', 'tocsin.organizations_of(uuid)']::regprocedure[]);

commit;
