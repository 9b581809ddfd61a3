begin;

-- The added rows are no events of the previous release, and harm nothing there.
create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 23;

commit;
