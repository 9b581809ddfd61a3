-- requires: incident_search
begin;

-- The projects of an integration by Sentry's id, with the slug that each had most recently. A project can be renamed, and its
-- old slug be given to another project: then `slug_seen_at` says which of them has it now.
create table tocsin.sentry_projects (
    organization_id uuid not null,
    integration_id  uuid not null,
    project_id      text collate "C" not null check (length(project_id) between 1 and 64),
    slug            text collate "C" not null check (length(slug) between 1 and 200),
    name            text check (length(name) <= 300),
    slug_seen_at    timestamptz not null default tocsin.now(),
    primary key (organization_id, integration_id, project_id),
    foreign key (organization_id, integration_id) references tocsin.integrations on delete cascade
);
create index sentry_projects_slug_idx on tocsin.sentry_projects (organization_id, integration_id, slug, slug_seen_at);
call tocsin.protect('tocsin.sentry_projects');
create policy for_ingest on tocsin.sentry_projects to tocsin_ingest using (true) with check (true);
grant select, insert, update on tocsin.sentry_projects to tocsin_gateway, tocsin_ingest;
grant update (sentry_project_name) on tocsin.mappings to tocsin_ingest;

-- What mappings and incidents of issues know, the newest for each project.
alter table tocsin.mappings no force row level security;
alter table tocsin.incidents no force row level security;
alter table tocsin.integrations no force row level security;
alter table tocsin.sentry_projects no force row level security;
insert into tocsin.sentry_projects (organization_id, integration_id, project_id, slug, name, slug_seen_at)
    select distinct on (k.organization_id, k.integration_id, k.project_id)
           k.organization_id, k.integration_id, k.project_id, k.slug, m.sentry_project_name, k.seen_at
      from (select organization_id, integration_id, sentry_project_id as project_id, sentry_project_slug as slug, created_at as seen_at
              from tocsin.mappings
             union all
            select organization_id, integration_id, project_id, project_slug, opened_at from tocsin.incidents where source_kind = 'issue') k
      join tocsin.integrations i on i.organization_id = k.organization_id and i.integration_id = k.integration_id
      left join tocsin.mappings m on m.organization_id = k.organization_id and m.integration_id = k.integration_id
                                 and m.sentry_project_id = k.project_id
     where k.project_id <> '' and k.slug <> ''
     order by k.organization_id, k.integration_id, k.project_id, k.seen_at desc;
update tocsin.mappings m set sentry_project_slug = p.slug
  from tocsin.sentry_projects p
 where p.organization_id = m.organization_id and p.integration_id = m.integration_id and p.project_id = m.sentry_project_id
   and m.sentry_project_slug is distinct from p.slug;
alter table tocsin.sentry_projects force row level security;
alter table tocsin.integrations force row level security;
alter table tocsin.incidents force row level security;
alter table tocsin.mappings force row level security;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 19;

commit;
