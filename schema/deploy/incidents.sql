-- requires: integrations
begin;

-- Every webhook whose signature was right: raw bytes and outcome. Partitioned by day of arrival and dropped by retention,
-- so no foreign key points here.
create table tocsin.deliveries (
    organization_id uuid not null,
    received_at     timestamptz not null default tocsin.now(),
    delivery_id     uuid not null,
    integration_id  uuid not null,
    resource        text not null check (length(resource) <= 64),
    action          text not null check (length(action) <= 64),
    outcome         text not null check (outcome in ('opened', 'reopened', 'updated', 'resolved', 'duplicate', 'stale', 'unmapped',
                                                     'inactive', 'filtered', 'ignored', 'unreadable')),
    rule            text not null check (length(rule) <= 500),
    request_id      text not null default '' check (length(request_id) <= 64),
    hook_timestamp  text not null default '' check (length(hook_timestamp) <= 32),
    signing_key     text not null check (length(signing_key) <= 32),
    project_id      text check (length(project_id) <= 64),
    project_slug    text check (length(project_slug) <= 200),
    source_kind     text check (source_kind in ('issue', 'metric_alert')),
    source_id       text check (length(source_id) <= 64),
    incident_number bigint,
    duplicate_of    uuid,
    body            bytea,
    body_sha256     bytea not null check (length(body_sha256) = 32),
    body_bytes      integer not null,
    cut             boolean not null default false,
    -- Ids grow with time: lists go by them, the newest first, one integration after the other, of which an organization has a
    -- few. One index does for all: a second one would cost every delivery as much as its incident does.
    primary key (organization_id, integration_id, delivery_id, received_at)
) partition by range (received_at);
alter table tocsin.deliveries alter column body set compression lz4;
-- Raw JSON compresses four to one; compress in line before moving it out.
alter table tocsin.deliveries alter column body set storage extended;
create index deliveries_unmapped_idx on tocsin.deliveries (organization_id, integration_id, project_id, project_slug)
    where outcome = 'unmapped';
-- What was run again is few: whether a held delivery was, is asked for each of them.
create index deliveries_replayed_idx on tocsin.deliveries (organization_id, integration_id, request_id)
    where signing_key = 'replay';
call tocsin.protect('tocsin.deliveries');

-- Makes the daily partitions from yesterday to `days_ahead` days from today, and says how many. Called by the scheduler and by
-- the migration. A day is one of UTC, whatever the session's time zone is. A table that is attached, unlike one that is made
-- as a partition, does not lock out the deliveries that are being written.
create function tocsin.make_delivery_partitions(days_ahead integer) returns integer
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC'
    as $$
declare
    today constant date := tocsin.now()::date;
    made  integer := 0;
    day   date;
    part  text;
begin
    perform pg_advisory_xact_lock(hashtext('tocsin.make_delivery_partitions'));
    for day in select today + ahead from generate_series(-1, days_ahead) ahead loop
        part := format('deliveries_%s', to_char(day, 'YYYYMMDD'));
        if to_regclass('tocsin.' || part) is null then
            execute format('create table tocsin.%I (like tocsin.deliveries including all)', part);
            execute format('alter table tocsin.%I enable row level security', part);
            execute format('alter table tocsin.%I force row level security', part);
            execute format('alter table tocsin.deliveries attach partition tocsin.%I for values from (%L) to (%L)',
                           part, day::timestamptz, (day + 1)::timestamptz);
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;
revoke all on function tocsin.make_delivery_partitions(integer) from public;
grant execute on function tocsin.make_delivery_partitions(integer) to tocsin_scheduler;

-- Drops the partitions whose every row is older than `keep`, and says how many. Dropping locks the deliveries for a moment;
-- where that moment does not come soon, it fails and the scheduler tries again later, since Sentry waits a second at most.
create function tocsin.drop_delivery_partitions(keep interval) returns integer
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '300ms'
    as $$
declare
    dropped integer := 0;
    part    name;
begin
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'tocsin.deliveries'::regclass and c.relname ~ '^deliveries_[0-9]{8}$'
           and (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamptz <= tocsin.now() - keep
         order by c.relname
    loop
        execute format('drop table tocsin.%I', part);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;
revoke all on function tocsin.drop_delivery_partitions(interval) from public;
grant execute on function tocsin.drop_delivery_partitions(interval) to tocsin_scheduler;

do $$ begin perform tocsin.make_delivery_partitions(14); end $$;

-- What was applied last to a source (an issue or a metric alert), so that duplicates and late events are known after the
-- deliveries themselves are gone.
create table tocsin.sources (
    organization_id   uuid not null,
    integration_id    uuid not null,
    source_kind       text not null check (source_kind in ('issue', 'metric_alert')),
    source_id         text collate "C" not null check (length(source_id) <= 64),
    last_body_sha256  bytea check (length(last_body_sha256) = 32),
    last_delivery_id  uuid,
    last_event_at     timestamptz,  -- of the newest event, by Sentry's clock
    last_state_at     timestamptz,  -- of the newest state of the issue: when it was last seen
    unsettled_at      timestamptz,  -- a lifecycle action came out of turn
    events            bigint not null default 0,  -- that came for the newest incident
    had_lifecycle     boolean not null default false,
    was_created       boolean not null default false,
    last_incident     bigint,  -- number of the newest incident
    -- Written in the transaction that read its integration, and worth nothing without it: no foreign key, here and below.
    primary key (organization_id, integration_id, source_kind, source_id)
) with (fillfactor = 70);  -- every delivery updates its source: room for heap-only updates
call tocsin.protect('tocsin.sources');

-- Events that were applied (event alerts and errors), by hash of event id and rule: the same event under the same rule has no
-- second effect, however often it is delivered.
create table tocsin.applied_events (
    organization_id uuid not null,
    integration_id  uuid not null,
    event_hash      bytea not null check (length(event_hash) = 32),
    delivery_id     uuid not null,
    applied_at      timestamptz not null default tocsin.now(),
    primary key (organization_id, integration_id, event_hash)
);
call tocsin.protect('tocsin.applied_events');

-- Issues that webhooks have left in doubt: to be read from Sentry. `due_at` is schedule and lease in one; `round` grows with each
-- doubt, so that one which is raised while the issue is read outlives that reading.
create table tocsin.doubts (
    organization_id uuid not null,
    integration_id  uuid not null,
    source_id       text collate "C" not null check (length(source_id) <= 64),
    due_at          timestamptz not null default tocsin.now(),
    round           bigint not null default 1,
    tries           integer not null default 0,
    primary key (organization_id, integration_id, source_id),
    foreign key (organization_id, integration_id) references tocsin.integrations on delete cascade
);
create index doubts_due_idx on tocsin.doubts (due_at);
call tocsin.protect('tocsin.doubts');

-- Incidents are numbered per organization without gaps that a rollback would leave in a sequence.
create table tocsin.incident_counters (
    organization_id uuid primary key references tocsin.organizations,
    last_number     bigint not null default 0
);
call tocsin.protect('tocsin.incident_counters');

-- What a search looks at. Punctuation only parts words: PostgreSQL's parser would take shop.cart/charge for one, a path. These
-- are the characters that it may take for a part of something; the others part words anyway.
create function tocsin.search_words(title text, culprit text, short_id text, project_slug text) returns tsvector
    language sql immutable parallel safe
    as $$
select pg_catalog.to_tsvector('pg_catalog.simple', pg_catalog.translate(
           title || ' ' || coalesce(culprit, '') || ' ' || coalesce(short_id, '') || ' ' || coalesce(project_slug, ''),
           '-./:@_+<&~', pg_catalog.repeat(' ', 10)))
$$;
revoke all on function tocsin.search_words(text, text, text, text) from public;
grant execute on function tocsin.search_words(text, text, text, text) to tocsin_gateway, tocsin_ingest;

create table tocsin.incidents (
    organization_id uuid not null,
    number          bigint not null,
    service_id      uuid not null,
    integration_id  uuid,
    source_kind     text not null check (source_kind in ('issue', 'metric_alert', 'manual')),
    source_id       text check (length(source_id) <= 64),
    short_id        text check (length(short_id) <= 200),
    url             text check (length(url) <= 2000),
    project_id      text check (length(project_id) <= 64),
    project_slug    text check (length(project_slug) <= 200),
    title           text not null check (length(title) between 1 and 500),
    culprit         text check (length(culprit) <= 500),
    status          text not null check (status in ('open', 'acknowledged', 'resolved')),
    severity        text not null check (severity in ('critical', 'error', 'warning', 'info')),
    severity_pinned boolean not null default false,
    title_pinned    boolean not null default false,
    environment     text check (length(environment) <= 200),
    release         text check (length(release) <= 300),
    level           text check (length(level) <= 20),
    opened_at       timestamptz not null,
    acknowledged_at timestamptz,
    resolved_at     timestamptz,
    resolution      text check (resolution in ('sentry', 'archived', 'person')),
    last_seen_at    timestamptz not null,
    occurrences     bigint not null default 1,
    assignee        text check (length(assignee) <= 254),
    reopened_count  integer not null default 0,
    previous_number bigint,
    version         bigint not null default 1,
    -- No foreign key to the integration: it was read in the transaction that opened the incident, one that ever received
    -- something is never deleted, and without an index of its own each deletion would walk through all incidents.
    primary key (organization_id, number),
    foreign key (organization_id, service_id) references tocsin.services,
    check ((source_kind = 'manual') = (source_id is null)),
    check ((status = 'resolved') = (resolved_at is not null)),
    check ((status = 'resolved') = (resolution is not null))
) with (fillfactor = 70);
-- One open incident a source, by construction.
create unique index incidents_one_open on tocsin.incidents (organization_id, integration_id, source_kind, source_id)
    where status <> 'resolved';
-- Nothing that a repeat changes is indexed (counts, last seen, version), so repeats stay heap-only updates.
-- What waits for its place in the index of words is put there in small portions: whoever has to do it makes Sentry wait.
create index incidents_search_idx on tocsin.incidents
    using gin (organization_id, tocsin.search_words(title, culprit, short_id, project_slug)) with (gin_pending_list_limit = 256);
call tocsin.protect('tocsin.incidents');

-- The story of an incident: appended, never changed.
create table tocsin.timeline (
    organization_id uuid not null,
    incident_number bigint not null,
    entry           bigint generated always as identity,
    at              timestamptz not null default tocsin.now(),
    kind            text not null check (kind in ('opened', 'updated', 'acknowledged', 'unacknowledged', 'resolved', 'reopened', 'noted',
                                                  'severity_changed', 'assigned', 'alert_attached', 'archived', 'event_counted', 'commented')),
    actor_type      text not null check (actor_type in ('user', 'sentry', 'system')),
    actor_name      text not null default '' check (length(actor_name) <= 300),
    actor_user_id   uuid,
    from_value      text check (length(from_value) <= 300),
    to_value        text check (length(to_value) <= 300),
    text            text check (length(text) <= 10000),
    delivery_id     uuid,
    -- No foreign key: incidents are never deleted, an entry is written in the transaction that read its incident, and looking
    -- each up once more took a third of what the entry costs.
    primary key (organization_id, incident_number, entry)
);
call tocsin.protect('tocsin.timeline');

-- --- what each role may touch ---------------------------------------------------------------------------------------
grant select on tocsin.deliveries, tocsin.sources to tocsin_gateway;
grant select, insert, update on tocsin.incidents, tocsin.incident_counters to tocsin_gateway;
grant select, insert on tocsin.timeline to tocsin_gateway;

create policy for_ingest on tocsin.deliveries to tocsin_ingest using (true) with check (true);
create policy for_ingest on tocsin.sources to tocsin_ingest using (true) with check (true);
create policy for_ingest on tocsin.applied_events to tocsin_ingest using (true) with check (true);
create policy for_ingest on tocsin.doubts to tocsin_ingest using (true) with check (true);
create policy for_ingest on tocsin.incident_counters to tocsin_ingest using (true) with check (true);
create policy for_ingest on tocsin.incidents to tocsin_ingest using (true) with check (true);
create policy for_ingest on tocsin.timeline to tocsin_ingest using (true) with check (true);
grant select, insert on tocsin.deliveries, tocsin.applied_events, tocsin.timeline to tocsin_ingest;
grant select, insert, update on tocsin.sources, tocsin.incident_counters, tocsin.incidents to tocsin_ingest;
grant select, insert, update, delete on tocsin.doubts to tocsin_ingest;

create policy for_scheduler on tocsin.applied_events to tocsin_scheduler using (true);
grant select (applied_at), delete on tocsin.applied_events to tocsin_scheduler;

-- What is kept for a while only is purged by the scheduler; what the metrics count, it may count.
create policy for_scheduler on tocsin.incidents for select to tocsin_scheduler using (true);
grant select (status) on tocsin.incidents to tocsin_scheduler;
create policy for_scheduler on tocsin.incident_counters for select to tocsin_scheduler using (true);
grant select (last_number) on tocsin.incident_counters to tocsin_scheduler;
grant delete on tocsin.refresh_attempts to tocsin_scheduler;
grant select (last_seen_at, created_at), delete on tocsin.sessions to tocsin_scheduler;
grant select (received_at), delete on tocsin.unclaimed_installations to tocsin_scheduler;

-- `tocsin integration list` says when the last delivery came.
create policy for_operator on tocsin.deliveries for select to tocsin_operator using (true);
grant select (organization_id, integration_id, delivery_id, received_at) on tocsin.deliveries to tocsin_operator;

-- Behind the wall PostgreSQL may not let an index decide what a query's words match: the words might tell of rows that the wall
-- hides. So the numbers of one page are found here, of the current organization alone, the newest first; an empty list of states,
-- severities, or services is any. PostgreSQL cannot tell how rare a word is that it has no statistics of, and takes long where it
-- guesses wrong: a walk through all incidents for a rare word, the index of all organizations' words for a common one. So the
-- newest thousand incidents are walked through first, without that index (which only bitmaps read), and the index is asked for
-- what is left, not the order of numbers (hence `+ 0`).
create function tocsin.search_incidents(words text, below bigint, at_most bigint, states text[], severities text[], services text[],
                                        of_integration uuid, of_assignee text, unassigned boolean, since timestamptz, until timestamptz)
    returns setof bigint
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan
    set enable_bitmapscan = off
    as $$
declare
    org       constant uuid := tocsin.current_organization();
    lower_end bigint := (select n.number from tocsin.incidents n where n.organization_id = org and (below is null or n.number < below)
                          order by n.number desc offset 999 limit 1);
    upper_end bigint := below;
    wanted    bigint := at_most;
    found     bigint;
begin
    loop
        return query
            select i.number from tocsin.incidents i
             where i.organization_id = org
               and tocsin.search_words(i.title, i.culprit, i.short_id, i.project_slug) @@ to_tsquery('pg_catalog.simple', words)
               and (lower_end is null or i.number >= lower_end)
               and (upper_end is null or i.number < upper_end)
               and (states = '{}' or i.status = any (states))
               and (severities = '{}' or i.severity = any (severities))
               and (services = '{}' or i.service_id in (select f.service_id from tocsin.services f
                                                         where f.organization_id = org and f.slug = any (services)))
               and (of_integration is null or i.integration_id = of_integration)
               and (of_assignee is null or lower(i.assignee) = lower(of_assignee))
               and (not unassigned or i.assignee is null)
               and (since is null or i.opened_at >= since)
               and (until is null or i.opened_at < until)
             order by i.number + 0 desc limit wanted;
        get diagnostics found = row_count;
        wanted := wanted - found;
        exit when wanted <= 0 or lower_end is null;
        upper_end := lower_end;
        lower_end := null;
        perform set_config('enable_bitmapscan', 'on', true);
    end loop;
end
$$;
create policy for_lookup on tocsin.incidents for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.services for select to tocsin_lookup using (true);
grant select on tocsin.incidents, tocsin.services to tocsin_lookup;
grant execute on function tocsin.search_words(text, text, text, text) to tocsin_lookup;
call tocsin.give_to_lookup(array['tocsin.search_incidents(text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz)']::regprocedure[]);

commit;
