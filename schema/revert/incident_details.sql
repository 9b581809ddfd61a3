begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 15;

drop function tocsin.find_member_emails(uuid[], text[]);
revoke select (sentry_org_slug) on tocsin.integrations from tocsin_ingest;

alter table tocsin.incidents no force row level security;
update tocsin.incidents set assignee = sentry_assignee where assignee is null and sentry_assignee is not null;
alter table tocsin.incidents force row level security;
alter table tocsin.incidents
    drop column category,
    drop column is_test,
    drop column description,
    drop column evidence,
    drop column sentry_assignee,
    drop column assignee_pinned,
    drop column resolved_release;

commit;
