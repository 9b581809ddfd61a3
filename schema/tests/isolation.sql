-- Tenant isolation: rows that the gateway, the owner of the tables, and other logins see.
\ir support/fixture.sql

select no_plan();

-- A new table without a row in the fixture would pass untested.
select is(
    (select string_agg(table_name, ', ') from tenant_tables
      where (xpath('/row/n/text()', query_to_xml(format(
                'select count(distinct organization_id) as n from %s', full_name), false, true, '')))[1]::text::integer < 2),
    null, 'the fixture has rows of both organizations in every table with organization_id');

-- From here on, the gateway has every right on every table, so that only policies restrict it. privileges.sql checks its real grants.
grant all on all tables in schema tocsin to tocsin_gateway;
create function pg_temp.rows_seen(role_name text, tenant text, table_name text, condition text default 'true') returns text
    language sql as $$ select pg_temp.as_role(role_name, tenant, format('select count(*) from %s where %s', table_name, condition)) $$;

select is(pg_temp.rows_seen('tocsin_gateway', '', full_name), '0', table_name || ': no row without an organization')
  from tenant_tables order by table_name;
select is(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('unknown')::text, full_name), '0', table_name || ': no row for an unknown organization')
  from tenant_tables order by table_name;
select is(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('globex')::text, full_name, format('organization_id = %L', pg_temp.id('acme'))), '0',
          table_name || ': no row of another organization')
  from tenant_tables order by table_name;
select isnt(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('acme')::text, full_name), '0', table_name || ': its own rows')
  from tenant_tables order by table_name;
select is(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('acme')::text, full_name, format('organization_id <> %L', pg_temp.id('acme'))), '0',
          table_name || ': only its own rows')
  from tenant_tables order by table_name;
select is(pg_temp.rows_seen('tocsin_gateway', 'not a uuid', full_name), '22P02', table_name || ': an invalid setting is an error')
  from tenant_tables order by table_name;

-- Writing: the gateway cannot insert, take over, change, or delete a row of another organization.
create function pg_temp.insert_of(table_name text, organization uuid) returns text
    language plpgsql as $$
declare
    fields  text;
begin
    select string_agg(quote_ident(attname), ', ') into fields
      from pg_attribute where attrelid = table_name::regclass and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('create temp table copied on commit drop as select * from %s where organization_id = %L limit 1', table_name, organization);
    grant select on copied to tocsin_gateway;
    return format('insert into %s (%s) overriding system value select %s from pg_temp.copied', table_name, fields, fields);
end
$$;
create function pg_temp.result_of_insert(table_name text, tenant uuid, organization uuid) returns text
    language plpgsql as $$
declare
    result text;
begin
    result := pg_temp.as_role('tocsin_gateway', tenant::text, pg_temp.insert_of(table_name, organization));
    drop table pg_temp.copied;
    return result;
end
$$;
select is(pg_temp.result_of_insert(full_name, pg_temp.id('acme'), pg_temp.id('globex')), '42501', table_name || ': cannot insert a row of another organization')
  from tenant_tables order by table_name;
select is(pg_temp.result_of_insert(full_name, pg_temp.id('acme'), pg_temp.id('acme')), '23505', table_name || ': inserting its own row only violates the key')
  from tenant_tables order by table_name;
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, format(
              'with changed as (update %s set organization_id = organization_id where organization_id = %L returning 1) select count(*) from changed',
              full_name, pg_temp.id('globex'))), '0', table_name || ': updates no row of another organization')
  from tenant_tables order by table_name;
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, format(
              'with gone as (delete from %s where organization_id = %L returning 1) select count(*) from gone',
              full_name, pg_temp.id('globex'))), '0', table_name || ': deletes no row of another organization')
  from tenant_tables order by table_name;
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, format(
              'update %s set organization_id = %L', full_name, pg_temp.id('globex'))), '42501', table_name || ': cannot move its rows to another organization')
  from tenant_tables order by table_name;

-- The owner of the tables, unless it is a superuser, sees no rows.
select is(rolsuper or rolbypassrls, false, 'the owner of the tables here cannot bypass row-level security')
  from pg_roles r join pg_class c on c.relowner = r.oid where c.oid = 'tocsin.organizations'::regclass;
create function pg_temp.owner() returns text
    language sql as $$ select relowner::regrole::text from pg_class where oid = 'tocsin.organizations'::regclass $$;
select is(pg_temp.rows_seen(pg_temp.owner(), '', full_name), '0', table_name || ': no row for the owner')
  from tenant_tables order by table_name;
select is(pg_temp.rows_seen(pg_temp.owner(), pg_temp.id('acme')::text, full_name), '0', table_name || ': no row for the owner with an organization')
  from tenant_tables order by table_name;
select is(pg_temp.rows_seen(pg_temp.owner(), '', 'tocsin.users'), '0', 'users: no row for the owner');

-- A login without roles, and a login that has all roles but has assumed none.
create role roleless_login login;
create role pool_login login noinherit in role tocsin_gateway, tocsin_ingest, tocsin_scheduler, tocsin_operator;
select is(pg_temp.rows_seen('roleless_login', pg_temp.id('acme')::text, full_name), '42501', table_name || ': a login without roles is refused')
  from tenant_tables order by table_name;
select is(pg_temp.rows_seen('pool_login', pg_temp.id('acme')::text, full_name), '42501', table_name || ': a login that has assumed no role is refused')
  from tenant_tables order by table_name;

-- Users are visible through their membership in the current organization.
select is(pg_temp.rows_seen('tocsin_gateway', '', 'tocsin.users'), '0', 'users: none without an organization');
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, 'select string_agg(email, '','') from tocsin.users'),
          'owner@acme.example', 'users: the members of the current organization');

-- A partition does not bypass its parent.
select is(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('acme')::text, inhrelid::regclass::text), '0', inhrelid::regclass || ': no policy gives access')
  from pg_inherits where inhparent = 'tocsin.deliveries'::regclass order by inhrelid::regclass::text limit 3;

select * from finish();
rollback;
