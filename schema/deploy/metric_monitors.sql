-- requires: incident_details
begin;

-- Sentry keeps an issue beside the alert of a metric monitor; both are one source, the one that came first.
create table tocsin.metric_monitors (
    organization_id uuid not null,
    integration_id  uuid not null,
    name_hash       bytea not null check (length(name_hash) = 32),  -- SHA-256 of the project's slug, a line end, and the monitor's name
    rule_id         text collate "C" check (length(rule_id) <= 64),
    issue_id        text collate "C" check (length(issue_id) <= 64),
    source_kind     text not null check (source_kind in ('issue', 'metric_alert')),
    source_id       text collate "C" not null check (length(source_id) <= 64),
    primary key (organization_id, integration_id, name_hash)
);
create index metric_monitors_rule_idx on tocsin.metric_monitors (organization_id, integration_id, rule_id);
create index metric_monitors_issue_idx on tocsin.metric_monitors (organization_id, integration_id, issue_id);
call tocsin.protect('tocsin.metric_monitors');
create policy for_ingest on tocsin.metric_monitors to tocsin_ingest using (true) with check (true);
grant select, insert, update on tocsin.metric_monitors to tocsin_ingest;

-- The alerts that are known: their names are in the bodies of their deliveries, as long as they are kept.
alter table tocsin.deliveries no force row level security;
alter table tocsin.sources no force row level security;
alter table tocsin.incidents no force row level security;
alter table tocsin.metric_monitors no force row level security;
create function pg_temp.name_of(body bytea) returns text language plpgsql as $$
declare
    alert json;
begin
    alert := convert_from(body, 'UTF8')::json #> '{data,metric_alert}';
    return (alert #>> '{projects,0}') || E'\n' || coalesce(alert #>> '{alert_rule,name}', alert ->> 'title');
exception when others then
    return null;  -- not every body is UTF-8 and without NUL
end
$$;
insert into tocsin.metric_monitors (organization_id, integration_id, name_hash, rule_id, source_kind, source_id)
select distinct on (1, 2, 3) d.organization_id, d.integration_id, sha256(convert_to(d.name, 'UTF8')), s.source_id, s.source_kind, s.source_id
  from (select organization_id, integration_id, source_id, incident_number, received_at, pg_temp.name_of(body) as name
          from tocsin.deliveries where source_kind = 'metric_alert' and body is not null) d
  join tocsin.incidents i on i.organization_id = d.organization_id and i.number = d.incident_number
  join tocsin.sources s on s.organization_id = i.organization_id and s.integration_id = i.integration_id
                       and s.source_kind = i.source_kind and s.source_id = i.source_id
 where d.name is not null and s.source_kind = 'metric_alert'
 order by 1, 2, 3, d.received_at desc;
alter table tocsin.metric_monitors force row level security;
alter table tocsin.incidents force row level security;
alter table tocsin.sources force row level security;
alter table tocsin.deliveries force row level security;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 17;

commit;
