-- requires: connect_confirmation
begin;

-- The hash in a row of the previous release is that of event and rule, which are in the body of the delivery. Such events get a row of
-- their own, so that another report of them does not count again. Only those of the last day: one event is reported within minutes, and
-- nothing is received meanwhile.
alter table tocsin.deliveries no force row level security;
alter table tocsin.applied_events no force row level security;

create function pg_temp.report_in(body bytea, hash bytea, out event text, out reporter text) language plpgsql as $$
declare
    data json;
begin
    data := convert_from(body, 'UTF8')::json -> 'data';
    event := coalesce(data #>> '{event,event_id}', data #>> '{error,event_id}');
    select each into reporter
      from unnest(array['error', 'id ' || (data #>> '{issue_alert,id}'), 'label ' || coalesce(data ->> 'triggered_rule', '')]) each
     where sha256(convert_to(event || E'\n' || each, 'UTF8')) = hash;
exception when others then
    null;  -- not every body is UTF-8 and without NUL
end
$$;

insert into tocsin.applied_events as e (organization_id, integration_id, event_hash, delivery_id, applied_at, reports)
select a.organization_id, a.integration_id, sha256(convert_to('event ' || r.event, 'UTF8')),
       (array_agg(a.delivery_id order by a.applied_at, a.delivery_id))[1], min(a.applied_at),
       string_agg(substring(sha256(convert_to(r.reporter, 'UTF8')) for 8) || uuid_send(a.delivery_id), '' order by a.applied_at, a.delivery_id)
  from tocsin.applied_events a
  join tocsin.deliveries d on d.organization_id = a.organization_id and d.integration_id = a.integration_id and d.delivery_id = a.delivery_id
 cross join lateral pg_temp.report_in(d.body, a.event_hash) r
 where a.reports = '' and a.applied_at > tocsin.now() - interval '1 day' and d.received_at > tocsin.now() - interval '1 day'
   and d.body is not null and not d.cut and r.event is not null and r.reporter is not null
 group by 1, 2, 3
    on conflict (organization_id, integration_id, event_hash) do update set reports = excluded.reports || e.reports;

drop function pg_temp.report_in(bytea, bytea);
alter table tocsin.deliveries force row level security;
alter table tocsin.applied_events force row level security;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 24;

commit;
