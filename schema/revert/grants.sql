begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 27;

revoke select on tocsin.sentry_projects from tocsin_operator;
drop policy for_operator on tocsin.sentry_projects;
drop table tocsin.grant_calls;
drop table tocsin.grants;

commit;
