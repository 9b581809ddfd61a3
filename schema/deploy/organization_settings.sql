-- requires: service_owners
begin;

-- An incident without an assignee is assigned to the member who acknowledges it.
alter table tocsin.organizations add column assign_on_acknowledge boolean not null default true;
grant update (assign_on_acknowledge) on tocsin.organizations to tocsin_gateway;
create trigger note_settings after update of assign_on_acknowledge on tocsin.organizations
    for each row execute function tocsin.note_change('organization', 'organization_id', 'name');

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 31;

commit;
