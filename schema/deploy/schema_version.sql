-- requires: changes
begin;

-- The version of the schema: how many changes of sqitch.plan it has. The program compares it with the version that it was built
-- for. Every later change replaces this function (schema/README.md).
create function tocsin.schema_version() returns integer language sql stable parallel safe return 8;

revoke all on function tocsin.schema_version() from public;
grant execute on function tocsin.schema_version() to tocsin_gateway, tocsin_ingest, tocsin_scheduler, tocsin_operator;

commit;
