-- requires: sentry_projects
begin;

-- Slugs that services gave up: alert rules in Sentry may still contain them. One that another service takes is its own.
create table tocsin.service_former_slugs (
    organization_id uuid not null,
    slug            text not null,
    service_id      uuid not null,
    primary key (organization_id, slug),
    foreign key (organization_id, service_id) references tocsin.services
);
call tocsin.protect('tocsin.service_former_slugs');
create policy for_ingest on tocsin.service_former_slugs for select to tocsin_ingest using (true);
grant select, insert, update, delete on tocsin.service_former_slugs to tocsin_gateway;
grant select on tocsin.service_former_slugs to tocsin_ingest;

create function tocsin.keep_former_slug() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    if tg_op = 'UPDATE' then
        insert into tocsin.service_former_slugs (organization_id, slug, service_id) values (old.organization_id, old.slug, old.service_id)
            on conflict (organization_id, slug) do update set service_id = excluded.service_id;
    end if;
    delete from tocsin.service_former_slugs where organization_id = new.organization_id and slug = new.slug;
    return null;
end
$$;
revoke all on function tocsin.keep_former_slug() from public;
create trigger keep_former_slug after insert on tocsin.services for each row execute function tocsin.keep_former_slug();
create trigger keep_former_slug_of_rename after update of slug on tocsin.services
    for each row when (old.slug <> new.slug) execute function tocsin.keep_former_slug();

-- The service that the alert rule's action of an unmapped delivery names, and that does not exist or is archived.
alter table tocsin.deliveries add column requested_service text check (length(requested_service) <= 200);

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 20;

commit;
