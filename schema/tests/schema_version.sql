-- The version of the schema, which the program compares with the one that it was built for.
\ir support/fixture.sql

select no_plan();

select ok(tocsin.schema_version() >= 8, 'the schema has a version');
select is(pg_temp.as_role(role_name, '', 'select tocsin.schema_version()'), tocsin.schema_version()::text, role_name || ' can read the version')
  from unnest(array['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator']) role_name;
select is(has_function_privilege('public', 'tocsin.schema_version()', 'execute'), false, 'the public cannot');

select * from finish();
rollback;
