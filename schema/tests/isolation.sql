-- The wall between organizations: what the gateway, the owner of the tables and a stranger see.
\ir support/fixture.sql

select no_plan();

-- A table that is added without a row in the fixture would pass unseen.
select is(
    (select string_agg(wall, ', ') from walls
      where (xpath('/row/n/text()', query_to_xml(format(
                'select count(distinct organization_id) as n from %s', full_name), false, true, '')))[1]::text::integer < 2),
    null, 'the fixture has rows of both organizations in every table with organization_id');

-- From here on the gateway has every right on every table, so that the policies alone are what stops it; what it is granted
-- in truth is looked at in privileges.sql.
grant all on all tables in schema tocsin to tocsin_gateway;
create function pg_temp.rows_seen(who text, tenant text, wall text, condition text default 'true') returns text
    language sql as $$ select pg_temp.as_role(who, tenant, format('select count(*) from %s where %s', wall, condition)) $$;

select is(pg_temp.rows_seen('tocsin_gateway', '', full_name), '0', wall || ': nothing without an organization')
  from walls order by wall;
select is(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('nobody')::text, full_name), '0', wall || ': nothing for an unknown organization')
  from walls order by wall;
select is(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('globex')::text, full_name, format('organization_id = %L', pg_temp.id('acme'))), '0',
          wall || ': nothing of another organization')
  from walls order by wall;
select isnt(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('acme')::text, full_name), '0', wall || ': the own rows')
  from walls order by wall;
select is(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('acme')::text, full_name, format('organization_id <> %L', pg_temp.id('acme'))), '0',
          wall || ': the own rows only')
  from walls order by wall;
select is(pg_temp.rows_seen('tocsin_gateway', 'not a uuid', full_name), '22P02', wall || ': a broken setting is an error')
  from walls order by wall;

-- Writing: a row of another organization is refused, neither made nor taken over, changed nor deleted.
create function pg_temp.insert_of(wall text, organization uuid) returns text
    language plpgsql as $$
declare
    fields  text;
begin
    select string_agg(quote_ident(attname), ', ') into fields
      from pg_attribute where attrelid = wall::regclass and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('create temp table copied on commit drop as select * from %s where organization_id = %L limit 1', wall, organization);
    grant select on copied to tocsin_gateway;
    return format('insert into %s (%s) overriding system value select %s from pg_temp.copied', wall, fields, fields);
end
$$;
create function pg_temp.answer_to_insert(wall text, tenant uuid, organization uuid) returns text
    language plpgsql as $$
declare
    answer text;
begin
    answer := pg_temp.as_role('tocsin_gateway', tenant::text, pg_temp.insert_of(wall, organization));
    drop table pg_temp.copied;
    return answer;
end
$$;
select is(pg_temp.answer_to_insert(full_name, pg_temp.id('acme'), pg_temp.id('globex')), '42501', wall || ': inserting a row of another organization')
  from walls order by wall;
select is(pg_temp.answer_to_insert(full_name, pg_temp.id('acme'), pg_temp.id('acme')), '23505', wall || ': an own row is only there already')
  from walls order by wall;
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, format(
              'with changed as (update %s set organization_id = organization_id where organization_id = %L returning 1) select count(*) from changed',
              full_name, pg_temp.id('globex'))), '0', wall || ': updating rows of another organization')
  from walls order by wall;
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, format(
              'with gone as (delete from %s where organization_id = %L returning 1) select count(*) from gone',
              full_name, pg_temp.id('globex'))), '0', wall || ': deleting rows of another organization')
  from walls order by wall;
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, format(
              'update %s set organization_id = %L', full_name, pg_temp.id('globex'))), '42501', wall || ': giving rows away')
  from walls order by wall;

-- The tables behind the wall have an owner who sees nothing either, unless it is a superuser.
select is(rolsuper or rolbypassrls, false, 'the tables belong to nobody here who bypasses row-level security anyway')
  from pg_roles r join pg_class c on c.relowner = r.oid where c.oid = 'tocsin.organizations'::regclass;
create function pg_temp.owner() returns text
    language sql as $$ select relowner::regrole::text from pg_class where oid = 'tocsin.organizations'::regclass $$;
select is(pg_temp.rows_seen(pg_temp.owner(), '', full_name), '0', wall || ': nothing for the owner of the table')
  from walls order by wall;
select is(pg_temp.rows_seen(pg_temp.owner(), pg_temp.id('acme')::text, full_name), '0', wall || ': nothing for the owner with an organization')
  from walls order by wall;
select is(pg_temp.rows_seen(pg_temp.owner(), '', 'tocsin.users'), '0', 'users: nothing for the owner of the table');

-- A login that assumes no role, and one that is in all roles but has assumed none.
create role stranger login;
create role pool_login login noinherit in role tocsin_gateway, tocsin_ingest, tocsin_scheduler, tocsin_operator;
select is(pg_temp.rows_seen('stranger', pg_temp.id('acme')::text, full_name), '42501', wall || ': a stranger is refused')
  from walls order by wall;
select is(pg_temp.rows_seen('pool_login', pg_temp.id('acme')::text, full_name), '42501', wall || ': a login without an assumed role is refused')
  from walls order by wall;

-- People are seen through the membership in the current organization.
select is(pg_temp.rows_seen('tocsin_gateway', '', 'tocsin.users'), '0', 'users: nobody without an organization');
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, 'select string_agg(email, '','') from tocsin.users'),
          'owner@acme.example', 'users: the members of the own organization');

-- A partition is no way around its parent.
select is(pg_temp.rows_seen('tocsin_gateway', pg_temp.id('acme')::text, inhrelid::regclass::text), '0', inhrelid::regclass || ': no policy lets anybody in')
  from pg_inherits where inhparent = 'tocsin.deliveries'::regclass order by inhrelid::regclass::text limit 3;

select * from finish();
rollback;
