-- requires: token_rights
begin;

-- The right of a member or an API token to call Sentry through an integration, within limits and without its token.
create table tocsin.grants (
    organization_id uuid not null,
    grant_id        uuid not null,
    integration_id  uuid not null,
    name            text not null check (length(name) between 1 and 100),
    holder_user_id  uuid,
    holder_token_id uuid,
    operations      text[] not null check (cardinality(operations) between 1 and 100),
    contract        date not null,  -- of the set of operations
    project_ids     text[] not null default '{}' check (cardinality(project_ids) <= 100),  -- empty: all projects
    approval        text not null default 'none' check (approval in ('none', 'writes', 'all')),
    per_minute      integer not null check (per_minute between 1 and 6000),
    created_by_name text not null default '' check (length(created_by_name) <= 300),
    created_at      timestamptz not null default tocsin.now(),
    expires_at      timestamptz,
    last_used_at    timestamptz,
    rate_full_at    timestamptz,  -- when a call will not count any more: the state of the limit per minute
    revoked_at      timestamptz,
    primary key (organization_id, grant_id),
    check (num_nonnulls(holder_user_id, holder_token_id) = 1),
    foreign key (organization_id, integration_id) references tocsin.integrations on delete cascade,
    foreign key (organization_id, holder_user_id) references tocsin.members on delete cascade,
    foreign key (organization_id, holder_token_id) references tocsin.api_tokens
);
create unique index grants_name_key on tocsin.grants (organization_id, name) where revoked_at is null;
create index grants_integration_idx on tocsin.grants (organization_id, integration_id);
create index grants_user_idx on tocsin.grants (organization_id, holder_user_id);
create index grants_token_idx on tocsin.grants (organization_id, holder_token_id);
call tocsin.protect('tocsin.grants');
create trigger note_change after insert or update of name, operations, project_ids, approval, per_minute, expires_at, revoked_at or delete
    on tocsin.grants for each row execute function tocsin.note_change('grant', 'grant_id', 'name');

-- Every call of a grant, refused ones included. They outlive their grant, so they do not refer to it.
create table tocsin.grant_calls (
    organization_id uuid not null references tocsin.organizations,
    call_id         uuid not null,
    grant_id        uuid not null,
    at              timestamptz not null default tocsin.now(),
    operation       text not null default '' check (length(operation) <= 200),  -- empty: a path that no operation has
    project         text not null default '' check (length(project) <= 200),
    result          text not null check (result in ('running', 'answered', 'refused', 'failed')),
    status          integer,  -- Sentry's
    bytes           bigint not null default 0,
    duration_ms     integer,
    detail          text not null default '' check (length(detail) <= 500),
    arguments       jsonb,  -- of a call that changes something
    caller          text not null default '' check (length(caller) <= 300),
    request_id      text not null default '' check (length(request_id) <= 64),
    primary key (organization_id, call_id)
);
create index grant_calls_grant_idx on tocsin.grant_calls (organization_id, grant_id, call_id);
create index grant_calls_at_idx on tocsin.grant_calls (at);
call tocsin.protect('tocsin.grant_calls');

grant select, insert, update on tocsin.grants to tocsin_gateway;
grant select, insert, update (result, status, bytes, duration_ms, detail) on tocsin.grant_calls to tocsin_gateway;
create policy for_scheduler on tocsin.grant_calls to tocsin_scheduler using (true);
grant select (at), delete on tocsin.grant_calls to tocsin_scheduler;
create policy for_operator on tocsin.grants to tocsin_operator using (true) with check (true);
grant select, insert, update (revoked_at) on tocsin.grants to tocsin_operator;
create policy for_operator on tocsin.sentry_projects for select to tocsin_operator using (true);
grant select on tocsin.sentry_projects to tocsin_operator;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 28;

commit;
