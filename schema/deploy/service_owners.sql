-- requires: approvals
begin;

alter table tocsin.services
    add column runbook_url text not null default '' check (length(runbook_url) <= 2000 and runbook_url ~ '^($|https?://)');

-- The members who are responsible for a service.
create table tocsin.service_owners (
    organization_id uuid not null,
    service_id      uuid not null,
    user_id         uuid not null,
    primary key (organization_id, service_id, user_id),
    foreign key (organization_id, service_id) references tocsin.services,
    foreign key (organization_id, user_id) references tocsin.members on delete cascade
);
create index service_owners_user_idx on tocsin.service_owners (organization_id, user_id);
call tocsin.protect('tocsin.service_owners');

create function tocsin.note_service_owner() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
declare
    subject constant tocsin.service_owners := case when tg_op = 'DELETE' then old else new end;
begin
    perform tocsin.note(subject.organization_id, 'system', case when tg_op = 'DELETE' then 'service.owner_removed' else 'service.owner_added' end,
                        'service', subject.service_id,
                        (select s.name from tocsin.services s
                          where s.organization_id = subject.organization_id and s.service_id = subject.service_id),
                        null, jsonb_build_object('owner', (select u.email from tocsin.users u where u.user_id = subject.user_id)));
    return null;
end
$$;
revoke all on function tocsin.note_service_owner() from public;
create trigger note_owner after insert or delete on tocsin.service_owners for each row execute function tocsin.note_service_owner();

grant select, insert, delete on tocsin.service_owners to tocsin_gateway;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 30;

commit;
