-- requires: sealed_values
begin;

-- What deploy/migrate found when it had finished: changes after that are by hand, or by a restore without the roles.
create table tocsin.schema_record (
    only_row    boolean primary key default true check (only_row),
    version     integer not null,
    server      integer not null,  -- the major version of PostgreSQL, which writes definitions in its own way
    structure   text not null,
    rights      text not null,
    recorded_at timestamptz not null default tocsin.now()
);
grant select on tocsin.schema_record to tocsin_gateway, tocsin_scheduler, tocsin_operator;

-- Hashes of the schema's objects and of the rights of the program's roles. Leaves out partitions, indexes that only make
-- queries faster, the version, the clock, which tests replace, and parentheses, which are others after a restore.
create function tocsin.schema_fingerprint(out structure text, out rights text)
    language sql stable set search_path = pg_catalog, pg_temp
    as $$
    with relations as (
        select c.oid, c.oid::regclass::text as name, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl
          from pg_class c
         where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
    ), functions as (
        select p.*, p.oid::regprocedure::text as name from pg_proc p
         where p.pronamespace = 'tocsin'::regnamespace and p.proname not in ('now', 'schema_version')
    ), objects (line) as (
        select format('relation %s %s %s %s', name, relkind, relrowsecurity, relforcerowsecurity) from relations
        union all
        select format('column %s %s %s %s %s', r.name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
          from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        union all
        select format('constraint %s %s %s %s', r.name, k.conname, k.convalidated, pg_get_constraintdef(k.oid))
          from relations r join pg_constraint k on k.conrelid = r.oid and k.contype in ('c', 'f', 'p', 'u', 'x') and k.conparentid = 0
        union all
        select format('index %s', pg_get_indexdef(i.indexrelid)) from relations r join pg_index i on i.indrelid = r.oid and i.indisunique
        union all
        select format('trigger %s %s', t.tgenabled, pg_get_triggerdef(t.oid)) from relations r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
        union all
        select format('policy %s %s %s %s %s %s %s', r.name, p.polname, p.polcmd, p.polpermissive,
                      (select string_agg(case when m = 0 then 'public' else m::regrole::text end, ',' order by m::regrole::text) from unnest(p.polroles) m),
                      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
          from relations r join pg_policy p on p.polrelid = r.oid
        union all
        select format('function %s %s %s %s %s %s', name, prosecdef, provolatile, proconfig, md5(prosrc),
                      case when proowner = to_regrole('tocsin_lookup') then 'lookup' else 'owner' end) from functions
    ), grants (what, acl) as (
        select 'schema', n.nspacl from pg_namespace n where n.nspname = 'tocsin'
        union all select name, relacl from relations
        union all
        select r.name || '.' || a.attname, a.attacl from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        union all select name, coalesce(proacl, acldefault('f', proowner)) from functions
    ), granted (line) as (
        select format('%s %s %s', what, case when g.grantee = 0 then 'public' else g.grantee::regrole::text end, g.privilege_type)
          from grants cross join aclexplode(acl) g
         where g.grantee = 0
            or g.grantee in (to_regrole('tocsin_gateway'), to_regrole('tocsin_ingest'), to_regrole('tocsin_scheduler'),
                             to_regrole('tocsin_operator'), to_regrole('tocsin_lookup'))
    )
    select (select md5(string_agg(plain, E'\n' order by plain collate "C")) from objects cross join translate(line, '()', '') plain),
           (select md5(string_agg(line, E'\n' order by line collate "C")) from granted)
    $$;
revoke all on function tocsin.schema_fingerprint() from public;
grant execute on function tocsin.schema_fingerprint() to tocsin_gateway, tocsin_scheduler, tocsin_operator;

-- Called by deploy/migrate, last.
create procedure tocsin.record_schema()
    language sql set search_path = pg_catalog, pg_temp
    as $$
        insert into tocsin.schema_record (version, server, structure, rights)
        select tocsin.schema_version(), current_setting('server_version_num')::integer / 10000, structure, rights
          from tocsin.schema_fingerprint()
            on conflict (only_row) do update
           set version = excluded.version, server = excluded.server, structure = excluded.structure, rights = excluded.rights,
               recorded_at = excluded.recorded_at
    $$;
revoke all on procedure tocsin.record_schema() from public;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 36;

commit;
