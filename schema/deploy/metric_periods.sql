-- requires: event_reports
begin;

-- Sentry gives each open period of a metric alert a new id, in rising order; the source is the rule.
alter table tocsin.sources add column period_fired bigint not null default 0;   -- the newest period that fired
alter table tocsin.sources add column period_closed bigint not null default 0;  -- the newest period that ended

-- Until now, the source was the period. Its rule is in the bodies of its deliveries, as long as they are kept.
alter table tocsin.deliveries no force row level security;
alter table tocsin.sources no force row level security;
alter table tocsin.incidents no force row level security;

create function pg_temp.rule_of(body bytea) returns text language plpgsql as $$
declare
    rule text;
begin
    rule := convert_from(body, 'UTF8')::json #>> '{data,metric_alert,alert_rule,id}';
    return case when rule ~ '^[!-~]{1,64}$' then rule end;
exception when others then
    return null;  -- not every body is UTF-8 and without NUL
end
$$;

create temporary table periods on commit drop as
    select distinct on (organization_id, integration_id, period) *
      from (select organization_id, integration_id, source_id as period, pg_temp.rule_of(body) as rule, received_at
              from tocsin.deliveries where source_kind = 'metric_alert' and source_id is not null and body is not null) read
     where rule is not null
     order by organization_id, integration_id, period, received_at desc;

-- At most one unresolved incident of a rule, the newest; people resolve the others. Newest first, since the new id of one may be
-- the old id of an earlier one.
do $$
declare
    one record;
begin
    for one in
        select i.organization_id, i.number, i.integration_id, i.status, p.rule
          from tocsin.incidents i
          join periods p on p.organization_id = i.organization_id and p.integration_id = i.integration_id and p.period = i.source_id
         where i.source_kind = 'metric_alert' and i.source_id <> p.rule
         order by i.organization_id, i.number desc
    loop
        continue when one.status <> 'resolved' and exists (
            select from tocsin.incidents o
             where o.organization_id = one.organization_id and o.integration_id = one.integration_id
               and o.source_kind = 'metric_alert' and o.source_id = one.rule and o.status <> 'resolved');
        update tocsin.incidents set source_id = one.rule where organization_id = one.organization_id and number = one.number;
    end loop;
end
$$;

create temporary table moved on commit drop as
    select s.*, p.rule, i.resolution,
           case when s.source_id ~ '^[0-9]{1,18}$' then s.source_id::bigint else 0 end as period
      from tocsin.sources s
      join periods p on p.organization_id = s.organization_id and p.integration_id = s.integration_id and p.period = s.source_id
      left join tocsin.incidents i on i.organization_id = s.organization_id and i.number = s.last_incident
     where s.source_kind = 'metric_alert';
delete from tocsin.sources s using moved m
 where s.organization_id = m.organization_id and s.integration_id = m.integration_id and s.source_kind = m.source_kind and s.source_id = m.source_id;
insert into tocsin.sources (organization_id, integration_id, source_kind, source_id, last_body_sha256, last_delivery_id, events,
                            had_lifecycle, was_created, last_incident, period_fired, period_closed)
select distinct on (organization_id, integration_id, rule)
       organization_id, integration_id, source_kind, rule, last_body_sha256, last_delivery_id, events,
       had_lifecycle, was_created, last_incident,
       max(period) over of_rule, coalesce(max(period) filter (where resolution = 'sentry') over of_rule, 0)
  from moved
window of_rule as (partition by organization_id, integration_id, rule)
 order by organization_id, integration_id, rule, last_incident desc nulls last, period desc
    on conflict (organization_id, integration_id, source_kind, source_id) do nothing;

alter table tocsin.incidents force row level security;
alter table tocsin.sources force row level security;
alter table tocsin.deliveries force row level security;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 15;

commit;
