-- requires: grants
begin;

-- Calls of grants that a person must approve. They outlive the request that asked: once approved, the call is made, and the
-- caller reads its result here.
create table tocsin.approvals (
    organization_id uuid not null references tocsin.organizations,
    approval_id     uuid not null,
    grant_id        uuid not null,
    operation       text not null check (length(operation) between 1 and 200),
    request         jsonb not null,
    asked_by_user   uuid,
    asked_by_token  uuid,
    asked_by_name   text not null check (length(asked_by_name) <= 300),
    asked_at        timestamptz not null default tocsin.now(),
    expires_at      timestamptz not null,
    state           text not null default 'asked' check (state in ('asked', 'approved', 'denied', 'done', 'failed')),
    decided_by_name text check (length(decided_by_name) <= 300),
    decided_at      timestamptz,
    result_status   integer,
    result_sealed   bytea check (length(result_sealed) <= 70000),
    detail          text not null default '' check (length(detail) <= 500),
    primary key (organization_id, approval_id),
    foreign key (organization_id, grant_id) references tocsin.grants on delete cascade,
    check (num_nonnulls(asked_by_user, asked_by_token) = 1)
);
create index approvals_grant_idx on tocsin.approvals (organization_id, grant_id) where state = 'asked';
create index approvals_asked_at_idx on tocsin.approvals (asked_at);
call tocsin.protect('tocsin.approvals');

-- What happened to a request, without its result.
create function tocsin.note_approval() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    perform tocsin.note(new.organization_id, 'system', 'approval.' || new.state, 'approval', new.approval_id, new.operation, null,
                        jsonb_build_object('grant_id', new.grant_id, 'request', new.request, 'asked_by', new.asked_by_name));
    return null;
end
$$;
revoke all on function tocsin.note_approval() from public;
create trigger note_approval after insert on tocsin.approvals for each row execute function tocsin.note_approval();
create trigger note_decision after update of state on tocsin.approvals
    for each row when (old.state <> new.state) execute function tocsin.note_approval();

alter table tocsin.grant_calls drop constraint grant_calls_result_check;
alter table tocsin.grant_calls add constraint grant_calls_result_check check (result in ('running', 'answered', 'refused', 'failed', 'asked'));

grant select, insert, update (state, decided_by_name, decided_at, result_status, result_sealed, detail) on tocsin.approvals to tocsin_gateway;
create policy for_scheduler on tocsin.approvals to tocsin_scheduler using (true);
grant select (asked_at), delete on tocsin.approvals to tocsin_scheduler;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 29;

commit;
