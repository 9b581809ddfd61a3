-- requires: accounts
begin;

-- One connection of an organization to one Sentry organization. sentry_host is the normalized origin of the Sentry it talks
-- to. sentry_org_* and installation_id are known once Sentry has confirmed them.
create table tocsin.integrations (
    organization_id  uuid not null references tocsin.organizations,
    integration_id   uuid not null,
    mode             text not null check (mode in ('public', 'oauth', 'internal')),
    sentry_host      text not null check (length(sentry_host) between 1 and 300),
    status           text not null check (status in ('pending', 'connected', 'degraded', 'disconnected')),
    status_reason    text not null,
    status_since     timestamptz not null default tocsin.now(),
    sentry_org_id    text check (length(sentry_org_id) <= 64),
    sentry_org_slug  text check (length(sentry_org_slug) <= 200),
    sentry_org_name  text check (length(sentry_org_name) <= 300),
    installation_id  uuid,
    scopes           text[] not null default '{}',
    -- When Sentry was told that the installation is complete. Until then a public integration gets no webhooks, so the
    -- scheduler keeps telling.
    told_installed_at timestamptz,
    created_at       timestamptz not null default tocsin.now(),
    primary key (organization_id, integration_id)
);
-- An integration that waits for a person to choose or confirm its organization gives up soon.
create index integrations_pending_idx on tocsin.integrations (status_since) where status = 'pending';
create index integrations_untold_idx on tocsin.integrations (organization_id, integration_id)
    where mode = 'public' and status = 'connected' and told_installed_at is null;
call tocsin.protect('tocsin.integrations');
-- Changes of its status are noted by the program, with the reason.
create trigger note_change after insert or delete on tocsin.integrations
    for each row execute function tocsin.note_change('integration', 'integration_id', 'sentry_org_name');

-- Who owns a Sentry installation and a Sentry organization: at most one organization of the deployment each. The keys
-- cannot begin with the organization, since they decide between organizations; a claim that meets somebody else's row
-- sees only that it failed.
create table tocsin.installation_owners (
    sentry_host     text not null,
    installation_id uuid not null,
    organization_id uuid not null,
    integration_id  uuid not null,
    claimed_at      timestamptz not null default tocsin.now(),
    -- Set by Disconnect: webhooks still find the integration, and another organization may claim the installation.
    released_at     timestamptz,
    constraint installation_owners_key primary key (sentry_host, installation_id),
    foreign key (organization_id, integration_id) references tocsin.integrations
);
create index installation_owners_integration_idx on tocsin.installation_owners (organization_id, integration_id);
call tocsin.protect('tocsin.installation_owners');

create table tocsin.sentry_organization_owners (
    sentry_host     text not null,
    sentry_org_id   text not null check (length(sentry_org_id) <= 64),
    organization_id uuid not null references tocsin.organizations,
    claimed_at      timestamptz not null default tocsin.now(),
    released_at     timestamptz,
    constraint sentry_organization_owners_key primary key (sentry_host, sentry_org_id)
);
create index sentry_organization_owners_organization_idx on tocsin.sentry_organization_owners (organization_id);
call tocsin.protect('tocsin.sentry_organization_owners');

-- installation.created of installations that nobody has connected yet; without their code.
create table tocsin.unclaimed_installations (
    sentry_host     text not null,
    installation_id uuid not null,
    sentry_org_slug text not null default '' check (length(sentry_org_slug) <= 200),
    -- Proof, from a signed webhook, that a code belongs to this installation.
    code_hash       bytea check (length(code_hash) = 32),
    received_at     timestamptz not null default tocsin.now(),
    primary key (sentry_host, installation_id)
);

-- The sealed tokens of an integration, and the schedule and lease of their renewal. One row an integration; Disconnect
-- deletes it. fence counts the leases: only the holder of the newest one may write.
create table tocsin.credentials (
    organization_id      uuid not null,
    integration_id       uuid not null,
    access_token_sealed  bytea not null,
    refresh_token_sealed bytea,
    issued_at            timestamptz not null,
    expires_at           timestamptz,
    refreshed_at         timestamptz,
    due_at               timestamptz,
    lease_owner          uuid,
    lease_until          timestamptz,
    fence                bigint not null default 0,
    failed_attempts      integer not null default 0,
    last_error           text check (length(last_error) <= 500),
    -- A renewal was begun whose end nobody knows: Sentry may have replaced these tokens.
    in_doubt             boolean not null default false,
    primary key (organization_id, integration_id),
    foreign key (organization_id, integration_id) references tocsin.integrations
);
create index credentials_due_idx on tocsin.credentials (due_at) where due_at is not null;
call tocsin.protect('tocsin.credentials');

-- What signs the webhooks of an integration that has a URL of its own (the client secret of an internal integration). The one
-- before is accepted for a while, so that it can be rotated in Sentry without loss.
create table tocsin.webhook_secrets (
    organization_id   uuid not null,
    integration_id    uuid not null,
    previous_sealed   bytea,
    secret_sealed     bytea not null,
    previous_until    timestamptz,
    set_at            timestamptz not null default tocsin.now(),
    primary key (organization_id, integration_id),
    foreign key (organization_id, integration_id) references tocsin.integrations
);
-- The URL of a webhook names the integration alone.
create index webhook_secrets_integration_idx on tocsin.webhook_secrets (integration_id);
call tocsin.protect('tocsin.webhook_secrets');

-- The Sentry organizations that a token sees, while an admin has to choose one.
create table tocsin.sentry_organization_choices (
    organization_id uuid not null,
    integration_id  uuid not null,
    sentry_org_id   text not null check (length(sentry_org_id) <= 64),
    sentry_org_slug text not null check (length(sentry_org_slug) <= 200),
    sentry_org_name text not null check (length(sentry_org_name) <= 300),
    primary key (organization_id, integration_id, sentry_org_id),
    foreign key (organization_id, integration_id) references tocsin.integrations
);
call tocsin.protect('tocsin.sentry_organization_choices');

-- A value sealed by each vault key that this database has met: a key of the same name that is another key is refused at start.
create table tocsin.vault_keys (
    key_id       text primary key check (length(key_id) <= 32),
    check_sealed bytea not null,
    first_used   timestamptz not null default tocsin.now()
);

-- Every attempt to renew a credential: written before Sentry is called, finished after.
create table tocsin.refresh_attempts (
    organization_id uuid not null,
    integration_id  uuid not null,
    attempt_id      uuid not null,
    fence           bigint not null,
    trigger         text not null check (trigger in ('schedule', 'person', 'use')),
    started_at      timestamptz not null default tocsin.now(),
    finished_at     timestamptz,
    outcome         text check (outcome in ('refreshed', 'refused', 'transient', 'rate_limited', 'lost', 'superseded')),
    http_status     integer,
    detail          text check (length(detail) <= 500),
    next_at         timestamptz,
    primary key (organization_id, integration_id, attempt_id),
    foreign key (organization_id, integration_id) references tocsin.integrations
);
-- Whether Sentry's host fails for everybody is told by the newest attempts of all.
create index refresh_attempts_finished_idx on tocsin.refresh_attempts (finished_at);
create index refresh_attempts_started_idx on tocsin.refresh_attempts (organization_id, integration_id, started_at desc);
call tocsin.protect('tocsin.refresh_attempts');

-- An open intent to connect: bound to the browser that began (binding_hash = SHA-256 of its cookie), to its session where
-- it had one, single use.
create table tocsin.connect_flows (
    organization_id uuid not null,
    flow_id         uuid not null,
    integration_id  uuid not null,
    user_id         uuid references tocsin.users,
    session_hash    bytea check (length(session_hash) = 32),
    binding_hash    bytea not null check (length(binding_hash) = 32),
    state_hash      bytea check (length(state_hash) = 32),
    verifier_sealed bytea,
    purpose         text not null check (purpose in ('connect', 'reconnect')),
    -- The Sentry organization that the admin named beforehand; by slug.
    wanted_org      text check (length(wanted_org) <= 200),
    -- The admin said that a reconnect may lead to another Sentry organization.
    allow_other     boolean not null default false,
    created_at      timestamptz not null default tocsin.now(),
    expires_at      timestamptz not null,
    used_at         timestamptz,
    primary key (organization_id, flow_id),
    foreign key (organization_id, integration_id) references tocsin.integrations
);
create index connect_flows_state_idx on tocsin.connect_flows (state_hash) where used_at is null;
create index connect_flows_binding_idx on tocsin.connect_flows (binding_hash) where used_at is null;
call tocsin.protect('tocsin.connect_flows');

-- Sentry project -> service. The id is Sentry's and decides; the slug is for display and for typing it in by hand, and
-- stands alone (id null) until a delivery or the project list tells the id.
create table tocsin.mappings (
    organization_id     uuid not null,
    mapping_id          uuid not null,
    integration_id      uuid not null,
    sentry_project_id   text check (length(sentry_project_id) <= 64),
    sentry_project_slug text check (length(sentry_project_slug) <= 200),
    sentry_project_name text check (length(sentry_project_name) <= 300),
    service_id          uuid not null,
    active              boolean not null default true,
    inactive_until      timestamptz,
    -- Was active when an admin disconnected the integration: active again after reconnecting.
    paused_by_disconnect boolean not null default false,
    environments        text[] not null default '{}',
    min_level           text check (min_level in ('sample', 'debug', 'info', 'warning', 'error', 'fatal')),
    severity            text not null default 'auto' check (severity in ('auto', 'critical', 'error', 'warning', 'info')),
    on_archive          text not null default 'resolve' check (on_archive in ('resolve', 'keep')),
    open_on_error       boolean not null default false,
    created_at          timestamptz not null default tocsin.now(),
    primary key (organization_id, mapping_id),
    foreign key (organization_id, integration_id) references tocsin.integrations,
    foreign key (organization_id, service_id) references tocsin.services,
    check (sentry_project_id is not null or sentry_project_slug is not null)
);
create unique index mappings_project_id_key on tocsin.mappings (organization_id, integration_id, sentry_project_id);
create unique index mappings_project_slug_key on tocsin.mappings (organization_id, integration_id, sentry_project_slug)
    where sentry_project_id is null;
create index mappings_service_idx on tocsin.mappings (organization_id, service_id);
call tocsin.protect('tocsin.mappings');
-- What a delivery tells about a project (its id, its slug) is no change of anybody's.
create trigger note_change
    after insert or delete or update of service_id, active, inactive_until, environments, min_level, severity, on_archive, open_on_error
    on tocsin.mappings
    for each row execute function tocsin.note_change('mapping', 'mapping_id', 'sentry_project_slug');

-- --- what each role may touch ---------------------------------------------------------------------------------------
grant select, insert, update, delete on tocsin.integrations to tocsin_gateway;
grant select, update (released_at) on tocsin.installation_owners, tocsin.sentry_organization_owners to tocsin_gateway;
grant select, insert, update, delete on tocsin.credentials, tocsin.mappings, tocsin.webhook_secrets to tocsin_gateway;
grant select, insert, delete on tocsin.sentry_organization_choices to tocsin_gateway;
grant select, insert on tocsin.vault_keys to tocsin_gateway, tocsin_scheduler;
grant select, insert, update on tocsin.refresh_attempts to tocsin_gateway;
grant select, insert, update, delete on tocsin.connect_flows to tocsin_gateway;
grant delete on tocsin.unclaimed_installations to tocsin_gateway;
grant select (sentry_host, installation_id, code_hash) on tocsin.unclaimed_installations to tocsin_gateway;

-- Ingest works across organizations: the organization comes from the verified key and the installation.
create policy for_ingest on tocsin.integrations to tocsin_ingest using (true) with check (true);
grant select (organization_id, integration_id, mode, sentry_host, status, status_reason, status_since, sentry_org_name, installation_id)
      on tocsin.integrations to tocsin_ingest;
grant update (status, status_reason, status_since) on tocsin.integrations to tocsin_ingest;
create policy for_ingest on tocsin.installation_owners for select to tocsin_ingest using (true);
grant select on tocsin.installation_owners to tocsin_ingest;
create policy for_ingest on tocsin.mappings to tocsin_ingest using (true) with check (true);
grant select on tocsin.mappings to tocsin_ingest;
grant update (sentry_project_id, sentry_project_slug, active) on tocsin.mappings to tocsin_ingest;
-- An uninstalled integration loses its tokens: ingest may delete a credential, and see no more of it than its key.
create policy for_ingest on tocsin.credentials to tocsin_ingest using (true);
grant select (organization_id, integration_id), delete on tocsin.credentials to tocsin_ingest;
grant select (sentry_host, installation_id), insert on tocsin.unclaimed_installations to tocsin_ingest;
create policy for_ingest on tocsin.webhook_secrets to tocsin_ingest using (true);
grant select, delete on tocsin.webhook_secrets to tocsin_ingest;

create policy for_scheduler on tocsin.integrations to tocsin_scheduler using (true) with check (true);
grant select on tocsin.integrations to tocsin_scheduler;
grant update (status, status_reason, status_since, scopes, told_installed_at) on tocsin.integrations to tocsin_scheduler;
create policy for_scheduler on tocsin.sentry_organization_choices to tocsin_scheduler using (true);
grant select (organization_id, integration_id), delete on tocsin.sentry_organization_choices to tocsin_scheduler;
create policy for_scheduler on tocsin.credentials to tocsin_scheduler using (true) with check (true);
grant select, update, delete on tocsin.credentials to tocsin_scheduler;
create policy for_scheduler on tocsin.refresh_attempts to tocsin_scheduler using (true) with check (true);
grant select, insert, update on tocsin.refresh_attempts to tocsin_scheduler;
create policy for_scheduler on tocsin.connect_flows to tocsin_scheduler using (true);
grant select, delete on tocsin.connect_flows to tocsin_scheduler;

create policy for_operator on tocsin.integrations to tocsin_operator using (true) with check (true);
-- sentry_host: a Sentry whose address has changed takes along what was made with it.
grant select, update (sentry_host) on tocsin.integrations to tocsin_operator;
create policy for_operator on tocsin.installation_owners to tocsin_operator using (true) with check (true);
create policy for_operator on tocsin.sentry_organization_owners to tocsin_operator using (true) with check (true);
grant select (sentry_host, installation_id), update (sentry_host) on tocsin.installation_owners to tocsin_operator;
grant select (sentry_host, sentry_org_id), update (sentry_host) on tocsin.sentry_organization_owners to tocsin_operator;
create policy for_operator on tocsin.credentials to tocsin_operator using (true) with check (true);
grant select on tocsin.credentials to tocsin_operator;
grant update (access_token_sealed, refresh_token_sealed) on tocsin.credentials to tocsin_operator;
create policy for_operator on tocsin.webhook_secrets to tocsin_operator using (true) with check (true);
grant select, update (secret_sealed, previous_sealed) on tocsin.webhook_secrets to tocsin_operator;
grant select on tocsin.vault_keys to tocsin_operator;

-- --- look-ups before the organization is known ----------------------------------------------------------------------
-- Migrations run with row_security off, with which the bodies of these functions would be refused; making them touches no rows.
set local row_security = on;

create policy for_lookup on tocsin.connect_flows for select to tocsin_lookup using (true);
grant select on tocsin.connect_flows to tocsin_lookup;

-- The open intents of a browser, newest first.
create function tocsin.find_connect_flows(of_binding_hash bytea)
    returns table (organization_id uuid, flow_id uuid)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select f.organization_id, f.flow_id from tocsin.connect_flows f
           where f.binding_hash = of_binding_hash and f.used_at is null and f.expires_at > tocsin.now()
           order by f.created_at desc $$;

-- The open intent of a state.
create function tocsin.find_connect_flow_of_state(of_state_hash bytea)
    returns table (organization_id uuid, flow_id uuid)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select f.organization_id, f.flow_id from tocsin.connect_flows f
           where f.state_hash = of_state_hash and f.used_at is null and f.expires_at > tocsin.now() $$;

-- --- claims: they decide between organizations, so no organization may write them by itself ------------------------------
create policy for_lookup on tocsin.installation_owners to tocsin_lookup using (true) with check (true);
create policy for_lookup on tocsin.sentry_organization_owners to tocsin_lookup using (true) with check (true);
grant select, insert, update on tocsin.installation_owners, tocsin.sentry_organization_owners to tocsin_lookup;

-- Makes the current organization the owner of a Sentry organization and, where there is one, of an installation on it; false
-- where another organization owns one of them and has not released it: the caller then rolls back.
create function tocsin.claim_connection(host text, wanted_sentry_org_id text, installation uuid, for_integration uuid)
    returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    claimant constant uuid := tocsin.current_organization();
begin
    if claimant is null then
        raise exception 'no organization is set';
    end if;
    insert into tocsin.sentry_organization_owners as o (sentry_host, sentry_org_id, organization_id)
    values (host, wanted_sentry_org_id, claimant)
    on conflict (sentry_host, sentry_org_id) do update
       set organization_id = claimant, claimed_at = tocsin.now(), released_at = null
     where o.organization_id = claimant or o.released_at is not null;
    if not found or installation is null then
        return found;
    end if;
    insert into tocsin.installation_owners as o (sentry_host, installation_id, organization_id, integration_id)
    values (host, installation, claimant, for_integration)
    on conflict (sentry_host, installation_id) do update
       set organization_id = claimant, integration_id = for_integration, claimed_at = tocsin.now(), released_at = null
     where o.organization_id = claimant or o.released_at is not null;
    return found;
end
$$;

-- A claim that was refused is noted in both organizations, in neither with a word about the other.
create function tocsin.note_refused_claim(host text, wanted_sentry_org_id text, installation uuid, for_integration uuid)
    returns void
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    perform tocsin.note(tocsin.current_organization(), 'user', 'integration.claim_refused', 'integration', for_integration, '', null,
                        jsonb_build_object('sentry_org_id', wanted_sentry_org_id));
    insert into tocsin.audit_log (organization_id, actor_kind, action, subject_kind, after_value)
    select owner, 'system', 'integration.claim_by_another_refused', 'integration', jsonb_build_object('sentry_org_id', wanted_sentry_org_id)
      from (select o.organization_id as owner from tocsin.sentry_organization_owners o
             where o.sentry_host = host and o.sentry_org_id = wanted_sentry_org_id and o.released_at is null
            union
            select o.organization_id from tocsin.installation_owners o
             where o.sentry_host = host and o.installation_id = installation and o.released_at is null) owners
     where owner <> tocsin.current_organization();
end
$$;
call tocsin.give_to_lookup(array['tocsin.find_connect_flows(bytea)', 'tocsin.find_connect_flow_of_state(bytea)',
                                 'tocsin.claim_connection(text, text, uuid, uuid)',
                                 'tocsin.note_refused_claim(text, text, uuid, uuid)']::regprocedure[]);

commit;
