-- requires: metric_periods
begin;

alter table tocsin.incidents
    add column category text check (length(category) <= 40),  -- error, outage, metric, feedback, performance, or another of Sentry's
    add column is_test boolean not null default false,        -- a test notification of an alert rule
    add column description text check (length(description) <= 4000),  -- the monitor's words, or the message of user feedback
    add column evidence text check (length(evidence) <= 10000),       -- what Sentry marks as important: a JSON array of names and values
    add column sentry_assignee text check (length(sentry_assignee) <= 254),
    add column assignee_pinned boolean not null default false,        -- a person chose, so that deliveries do not change it
    add column resolved_release text check (length(resolved_release) <= 300);  -- in which Sentry last resolved it

-- People choose members, by their e-mail addresses. A name was that of Sentry.
alter table tocsin.incidents no force row level security;
update tocsin.incidents
   set sentry_assignee = case when strpos(assignee, '@') = 0 then assignee end,
       assignee = case when strpos(assignee, '@') > 0 then assignee end,
       assignee_pinned = strpos(assignee, '@') > 0
 where assignee is not null;
alter table tocsin.incidents force row level security;

-- For the links to issues whose webhooks have none.
grant select (sentry_org_slug) on tocsin.integrations to tocsin_ingest;

-- For ingest, which cannot read users: the members whom Sentry names by their e-mail addresses. `nth` counts the parameters from 1;
-- the address is that of the member's account.
create function tocsin.find_member_emails(organizations uuid[], emails text[]) returns table (nth bigint, email text)
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    return query
        select k.nth, u.email
          from unnest(organizations, emails) with ordinality as k (organization_id, address, nth)
          join tocsin.users u on lower(u.email) = lower(k.address)
          join tocsin.members m on m.organization_id = k.organization_id and m.user_id = u.user_id;
end
$$;
-- As tocsin.give_to_lookup, but for ingest: the gateway sees the members of one organization only.
do $$
declare
    membership constant text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
    is_member  constant boolean := pg_has_role(current_user, 'tocsin_lookup', membership);
begin
    revoke all on function tocsin.find_member_emails(uuid[], text[]) from public;
    grant execute on function tocsin.find_member_emails(uuid[], text[]) to tocsin_ingest;
    grant create on schema tocsin to tocsin_lookup;
    if not is_member then
        execute format('grant tocsin_lookup to %I', current_user);
    end if;
    alter function tocsin.find_member_emails(uuid[], text[]) owner to tocsin_lookup;
    if not is_member then
        execute format('revoke tocsin_lookup from %I', current_user);
    end if;
    revoke create on schema tocsin from tocsin_lookup;
end
$$;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 16;

commit;
