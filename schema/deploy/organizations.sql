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
grant select (user_id, email, name, created_at) on tocsin.users to tocsin_gateway;
grant select, insert, update on tocsin.services to tocsin_gateway;

create policy for_ingest on tocsin.services for select to tocsin_ingest using (true);
grant select (organization_id, service_id, slug, name, archived_at) on tocsin.services to tocsin_ingest;

create policy for_operator on tocsin.organizations to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.users to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.members to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.api_tokens to tocsin_operator using (true) with check (true);
grant select, insert on tocsin.organizations, tocsin.users, tocsin.members, tocsin.api_tokens to tocsin_operator;

create policy for_lookup on tocsin.organizations for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.users to tocsin_lookup using (true) with check (true);
create policy for_lookup on tocsin.members to tocsin_lookup using (true) with check (true);
create policy for_lookup on tocsin.api_tokens to tocsin_lookup using (true);
grant select on tocsin.organizations, tocsin.users, tocsin.members to tocsin_lookup;
grant insert, update (name, password_hash) on tocsin.users to tocsin_lookup;
grant insert on tocsin.members to tocsin_lookup;
grant select, update (last_used_at) on tocsin.api_tokens to tocsin_lookup;
grant select, insert, update, delete on tocsin.sessions to tocsin_lookup;

call tocsin.give_to_lookup(array['tocsin.keep_an_owner()']::regprocedure[]);

commit;
