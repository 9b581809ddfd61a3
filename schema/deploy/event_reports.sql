-- requires: session_activity
begin;

-- Who reported an event, so that it counts once: for each alert rule, or for error.created, 8 bytes of the hash of the rule and the 16
-- bytes of the delivery. The hash of a row is that of the event alone. Rows of the previous release have the hash of event and rule,
-- and no reports.
alter table tocsin.applied_events add column reports bytea not null default '' check (length(reports) % 24 = 0);
grant update (reports) on tocsin.applied_events to tocsin_ingest;

-- issue.created counts as an event until the event that created the issue is reported.
alter table tocsin.sources add column first_seen_at timestamptz;   -- first_seen of issue.created
alter table tocsin.sources add column first_event_at timestamptz;  -- of the oldest event, by Sentry's clock

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 14;

commit;
