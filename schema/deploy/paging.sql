-- requires: token_scopes
begin;

-- The bodies of functions are not run here, but row_security = off, which migrations have, would be refused in them.
set local row_security = on;

-- Whom an alarm pages, and in which order. A change appends a version; a running alarm keeps its own.
create table tocsin.policies (
    organization_id uuid not null references tocsin.organizations,
    policy_id       uuid not null,
    slug            text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name            text not null check (length(name) between 1 and 200),
    version         integer not null default 1,  -- the current one
    is_default      boolean not null default false,  -- of services that name none
    created_at      timestamptz not null default tocsin.now(),
    primary key (organization_id, policy_id)
);
create unique index policies_slug_key on tocsin.policies (organization_id, slug);
create unique index policies_one_default on tocsin.policies (organization_id) where is_default;
call tocsin.protect('tocsin.policies');
-- The first policy is a part of its organization's creation, and no change of its own.
create trigger note_creation after insert on tocsin.policies
    for each row when (not new.is_default) execute function tocsin.note_change('policy', 'policy_id', 'name');
create trigger note_change after update or delete on tocsin.policies
    for each row execute function tocsin.note_change('policy', 'policy_id', 'name');

create table tocsin.policy_versions (
    organization_id uuid not null,
    policy_id       uuid not null,
    version         integer not null,
    laps            integer not null check (laps between 1 and 20),
    last_resort     boolean not null,  -- at the end, page the owner and the admins
    created_at      timestamptz not null default tocsin.now(),
    primary key (organization_id, policy_id, version),
    foreign key (organization_id, policy_id) references tocsin.policies on delete cascade
);
call tocsin.protect('tocsin.policy_versions');

create table tocsin.policy_steps (
    organization_id   uuid not null,
    policy_id         uuid not null,
    version           integer not null,
    position          integer not null check (position between 0 and 19),
    wait_seconds      integer not null check (wait_seconds between 0 and 604800),  -- until the next step
    everyone_must_ack boolean not null default false,
    primary key (organization_id, policy_id, version, position),
    foreign key (organization_id, policy_id, version) references tocsin.policy_versions on delete cascade
);
call tocsin.protect('tocsin.policy_steps');

-- `target`: of a user the id; of a role its name, which stands for the members with this role or a stronger one.
create table tocsin.policy_targets (
    organization_id uuid not null,
    policy_id       uuid not null,
    version         integer not null,
    position        integer not null,
    ordinal         integer not null check (ordinal between 0 and 49),
    kind            text not null check (kind in ('user', 'role', 'schedule', 'rotation', 'channel', 'endpoint')),
    target          text not null check (length(target) between 1 and 64),
    urgency         text not null default 'as_is' check (urgency in ('as_is', 'high', 'low')),
    pick            text not null default 'all' check (pick in ('all', 'round_robin')),
    primary key (organization_id, policy_id, version, position, ordinal),
    foreign key (organization_id, policy_id, version, position) references tocsin.policy_steps on delete cascade
);
call tocsin.protect('tocsin.policy_targets');

-- An organization begins with a policy, so that its first incident already reaches a person.
create function tocsin.create_default_policy() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    made constant uuid := gen_random_uuid();
begin
    insert into tocsin.policies (organization_id, policy_id, slug, name, is_default)
        values (new.organization_id, made, 'default', 'Owner and admins', true);
    insert into tocsin.policy_versions (organization_id, policy_id, version, laps, last_resort) values (new.organization_id, made, 1, 3, true);
    insert into tocsin.policy_steps (organization_id, policy_id, version, position, wait_seconds) values (new.organization_id, made, 1, 0, 300);
    insert into tocsin.policy_targets (organization_id, policy_id, version, position, ordinal, kind, target)
        values (new.organization_id, made, 1, 0, 0, 'role', 'admin');
    return null;
end
$$;
create trigger create_default_policy after insert on tocsin.organizations
    for each row execute function tocsin.create_default_policy();

-- Which policy pages for a service, and how urgently. Without a policy, the organization's default.
alter table tocsin.services
    add column policy_id uuid,
    add column urgency jsonb not null default '{"critical": "high", "error": "high", "warning": "low", "info": "none"}'
        check (coalesce(urgency ->> 'critical', '') in ('high', 'low', 'none') and coalesce(urgency ->> 'error', '') in ('high', 'low', 'none')
               and coalesce(urgency ->> 'warning', '') in ('high', 'low', 'none') and coalesce(urgency ->> 'info', '') in ('high', 'low', 'none')),
    add foreign key (organization_id, policy_id) references tocsin.policies;
create index services_policy_idx on tocsin.services (organization_id, policy_id);

-- --- people --------------------------------------------------------------------------------------------------------------
-- The address as others see it.
create function tocsin.mask_mail(address text) returns text
    language sql immutable parallel safe
    as $$ select left(address, 1) || '***' || substring(address from '@.*$') $$;
revoke all on function tocsin.mask_mail(text) from public;
grant execute on function tocsin.mask_mail(text) to tocsin_lookup;

-- Ways to reach a person. Each account has one: the address with which the person signs in.
create table tocsin.methods (
    user_id        uuid not null references tocsin.users on delete cascade,
    method_id      uuid not null default gen_random_uuid(),
    kind           text not null check (kind in ('mail', 'push', 'slack_webhook', 'sms', 'voice', 'webhook')),
    address_sealed bytea,  -- null: the address of the account
    mask           text not null check (length(mask) <= 300),
    label          text not null default '' check (length(label) <= 100),
    created_at     timestamptz not null default tocsin.now(),
    verified_at    timestamptz,
    disabled_at    timestamptz,
    disabled_why   text check (length(disabled_why) <= 500),
    last_proof_at  timestamptz,
    failures       integer not null default 0,
    primary key (user_id, method_id),
    check (address_sealed is not null or kind = 'mail')
);
create unique index methods_of_account_key on tocsin.methods (user_id) where address_sealed is null;
alter table tocsin.methods enable row level security;
alter table tocsin.methods force row level security;
create policy of_current_organization on tocsin.methods for select to tocsin_gateway
    using (exists (select from tocsin.members m
                    where m.organization_id = tocsin.current_organization() and m.user_id = methods.user_id));
create policy for_scheduler on tocsin.methods to tocsin_scheduler using (true);
create policy for_lookup on tocsin.methods to tocsin_lookup using (true) with check (true);

create function tocsin.create_method_of_account() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    insert into tocsin.methods (user_id, kind, mask, verified_at) values (new.user_id, 'mail', tocsin.mask_mail(new.email), tocsin.now());
    return null;
end
$$;
create trigger create_method_of_account after insert on tocsin.users
    for each row execute function tocsin.create_method_of_account();

-- --- alarms and pages ----------------------------------------------------------------------------------------------------
-- The obligation to page: written with the change of the incident that causes it. `step` is the one that is due, counted from 0.
create table tocsin.alarms (
    organization_id uuid not null,
    incident_number bigint not null,
    run             integer not null,
    policy_id       uuid not null,
    version         integer not null,
    urgency         text not null check (urgency in ('high', 'low')),
    cause           text not null check (cause in ('opened', 'reopened', 'raised', 'moved', 'unacknowledged', 'person', 'auditor')),
    lap             integer not null default 1,
    step            integer not null default 0,
    due_at          timestamptz not null default tocsin.now(),
    fence           bigint not null default 0,
    started_at      timestamptz not null default tocsin.now(),
    ended_at        timestamptz,
    ended_by        text check (ended_by in ('acknowledged', 'resolved', 'exhausted', 'moved', 'person')),
    primary key (organization_id, incident_number, run),
    foreign key (organization_id, incident_number) references tocsin.incidents on delete cascade,
    check ((ended_at is null) = (ended_by is null))
);
create unique index alarms_one_running on tocsin.alarms (organization_id, incident_number) where ended_at is null;
create index alarms_due_idx on tocsin.alarms (due_at) where ended_at is null;
call tocsin.protect('tocsin.alarms');

-- One message to one person by one method. It outlives the membership and the method. No foreign key to the incident: the check would
-- lock its row while the alarm's is locked, and those who change incidents lock them in the other order.
create table tocsin.pages (
    organization_id uuid not null,
    page_id         uuid not null,
    incident_number bigint not null,
    run             integer not null,
    lap             integer not null,
    step            integer not null,
    user_id         uuid not null,
    method_id       uuid not null,
    ordinal         integer not null default 0,
    urgency         text not null check (urgency in ('high', 'low')),
    reason          text not null default '' check (length(reason) <= 500),
    state           text not null default 'due' check (state in ('due', 'sending', 'accepted', 'delivered', 'seen', 'acted', 'failed', 'expired',
                                                                 'cancelled', 'bundled', 'held')),
    due_at          timestamptz not null,
    expires_at      timestamptz not null,
    lease_owner     uuid,
    lease_until     timestamptz,
    fence           bigint not null default 0,
    tries           integer not null default 0,
    parent_page_id  uuid,
    provider_ref    text check (length(provider_ref) <= 300),
    created_at      timestamptz not null default tocsin.now(),
    accepted_at     timestamptz,
    delivered_at    timestamptz,
    seen_at         timestamptz,
    acted_at        timestamptz,
    primary key (organization_id, page_id)
);
-- A step that runs twice creates no second page.
create unique index pages_once on tocsin.pages (organization_id, incident_number, run, lap, step, user_id, method_id, ordinal);
create index pages_due_idx on tocsin.pages (due_at) where state in ('due', 'sending');
create index pages_created_at_idx on tocsin.pages (created_at);
call tocsin.protect('tocsin.pages');

-- Each call of a channel, written before the call. One without an outcome was interrupted. `nonce_hash` is of the secret in its links.
create table tocsin.page_attempts (
    organization_id uuid not null,
    page_id         uuid not null,
    attempt_id      uuid not null,
    started_at      timestamptz not null default tocsin.now(),
    finished_at     timestamptz,
    outcome         text check (outcome in ('accepted', 'refused', 'failed', 'unknown')),
    http_status     integer,
    provider_ref    text check (length(provider_ref) <= 300),
    detail          text not null default '' check (length(detail) <= 500),
    nonce_hash      bytea not null check (length(nonce_hash) = 32),
    primary key (organization_id, page_id, attempt_id),
    foreign key (organization_id, page_id) references tocsin.pages on delete cascade
);
create index page_attempts_nonce_idx on tocsin.page_attempts (nonce_hash);
call tocsin.protect('tocsin.page_attempts');

-- Finds the page of a link, for 24 hours after it was sent.
create function tocsin.find_page_link(of_nonce_hash bytea)
    returns table (organization_id uuid, organization_name text, organization_slug text, page_id uuid, incident_number bigint, title text,
                   status text, user_id uuid, email text, used boolean)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$
    select p.organization_id, o.name, o.slug, p.page_id, p.incident_number, i.title, i.status, u.user_id, u.email, p.acted_at is not null
      from tocsin.page_attempts a
      join tocsin.pages p on p.organization_id = a.organization_id and p.page_id = a.page_id
      join tocsin.incidents i on i.organization_id = p.organization_id and i.number = p.incident_number
      join tocsin.organizations o on o.organization_id = p.organization_id
      join tocsin.members m on m.organization_id = p.organization_id and m.user_id = p.user_id and m.role <> 'viewer'
      join tocsin.users u on u.user_id = m.user_id
     where a.nonce_hash = of_nonce_hash and a.started_at > tocsin.now() - interval '24 hours'
$$;

-- --- rights --------------------------------------------------------------------------------------------------------------
grant select, insert, update, delete on tocsin.policies to tocsin_gateway;
grant select, insert on tocsin.policy_versions, tocsin.policy_steps, tocsin.policy_targets to tocsin_gateway;
grant select (user_id, method_id, kind, mask, verified_at, last_proof_at) on tocsin.methods to tocsin_gateway;
grant select, insert, update on tocsin.alarms to tocsin_gateway, tocsin_ingest;
grant select, update (state, reason, seen_at, acted_at) on tocsin.pages to tocsin_gateway;
grant select (organization_id, page_id, attempt_id, started_at, finished_at, outcome, http_status, provider_ref, detail)
    on tocsin.page_attempts to tocsin_gateway;

create policy for_ingest on tocsin.policies for select to tocsin_ingest using (true);
grant select (organization_id, policy_id, version, is_default) on tocsin.policies to tocsin_ingest;
grant select (policy_id, urgency) on tocsin.services to tocsin_ingest;
create policy for_ingest on tocsin.alarms to tocsin_ingest using (true) with check (true);
create policy for_ingest on tocsin.pages to tocsin_ingest using (true) with check (true);
grant select (organization_id, incident_number, state), update (state, reason) on tocsin.pages to tocsin_ingest;

do $$
declare
    each text;
begin
    foreach each in array array['policies', 'policy_versions', 'policy_steps', 'policy_targets', 'organizations', 'members', 'users', 'services'] loop
        execute format('create policy for_scheduler on tocsin.%I for select to tocsin_scheduler using (true)', each);
    end loop;
    foreach each in array array['alarms', 'pages', 'page_attempts'] loop
        execute format('create policy for_scheduler on tocsin.%I to tocsin_scheduler using (true) with check (true)', each);
    end loop;
end
$$;
grant select on tocsin.policy_versions, tocsin.policy_steps, tocsin.policy_targets, tocsin.methods to tocsin_scheduler;
grant select (organization_id, slug, name) on tocsin.organizations to tocsin_scheduler;
grant select (organization_id, user_id, role) on tocsin.members to tocsin_scheduler;
grant select (user_id, email, name) on tocsin.users to tocsin_scheduler;
grant select (organization_id, service_id, name) on tocsin.services to tocsin_scheduler;
grant select (number, title, severity, service_id, environment, release, url) on tocsin.incidents to tocsin_scheduler;
grant select, update (lap, step, due_at, fence, ended_at, ended_by) on tocsin.alarms to tocsin_scheduler;
grant select, insert, update, delete on tocsin.pages to tocsin_scheduler;
grant select (organization_id, page_id, attempt_id, started_at, finished_at, outcome), insert,
      update (finished_at, outcome, http_status, provider_ref, detail) on tocsin.page_attempts to tocsin_scheduler;

grant insert on tocsin.policies, tocsin.policy_versions, tocsin.policy_steps, tocsin.policy_targets, tocsin.methods to tocsin_lookup;
grant select on tocsin.pages, tocsin.page_attempts to tocsin_lookup;
do $$
declare
    each text;
begin
    foreach each in array array['policies', 'policy_versions', 'policy_steps', 'policy_targets'] loop
        execute format('create policy for_lookup on tocsin.%I for insert to tocsin_lookup with check (true)', each);
    end loop;
end
$$;
create policy for_lookup on tocsin.pages for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.page_attempts for select to tocsin_lookup using (true);
call tocsin.give_to_lookup(array['tocsin.create_default_policy()', 'tocsin.create_method_of_account()',
                                 'tocsin.find_page_link(bytea)']::regprocedure[]);

-- --- organizations and people that exist already -------------------------------------------------------------------------
set local row_security = off;
do $$
declare
    each text;
begin
    foreach each in array array['organizations', 'users', 'policies', 'policy_versions', 'policy_steps', 'policy_targets', 'methods', 'audit_log'] loop
        execute format('alter table tocsin.%I no force row level security', each);
    end loop;
    insert into tocsin.methods (user_id, kind, mask, verified_at) select user_id, 'mail', tocsin.mask_mail(email), tocsin.now() from tocsin.users;
    alter table tocsin.policies disable trigger note_change;
    insert into tocsin.policies (organization_id, policy_id, slug, name, is_default)
        select organization_id, gen_random_uuid(), 'default', 'Owner and admins', true from tocsin.organizations;
    insert into tocsin.policy_versions (organization_id, policy_id, version, laps, last_resort)
        select organization_id, policy_id, 1, 3, true from tocsin.policies;
    insert into tocsin.policy_steps (organization_id, policy_id, version, position, wait_seconds)
        select organization_id, policy_id, 1, 0, 300 from tocsin.policies;
    insert into tocsin.policy_targets (organization_id, policy_id, version, position, ordinal, kind, target)
        select organization_id, policy_id, 1, 0, 0, 'role', 'admin' from tocsin.policies;
    foreach each in array array['organizations', 'users', 'policies', 'policy_versions', 'policy_steps', 'policy_targets', 'methods', 'audit_log'] loop
        execute format('alter table tocsin.%I force row level security', each);
    end loop;
end
$$;
-- Fires the deferred checks of keys: a table with pending ones cannot be altered.
set constraints all immediate;
alter table tocsin.policies enable trigger note_change;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 34;

commit;
