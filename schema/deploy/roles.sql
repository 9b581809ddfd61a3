-- Roles belong to the cluster, not to the database: made where they are missing, never altered beyond what is unsafe.
-- The three of the program's pools (gateway, ingest, scheduler), one for the command line (operator), and one that owns
-- the functions which look something up before the organization is known (lookup). None may log in, own tables or
-- bypass row-level security.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator', 'tocsin_lookup'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
            begin
                execute format('create role %I nologin nosuperuser nocreatedb nocreaterole noinherit nobypassrls', wanted);
            exception when duplicate_object or unique_violation then
                null;  -- another database of this cluster was migrated at the same moment
            end;
        end if;
        if exists (select from pg_catalog.pg_roles
                    where rolname = wanted and (rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)) then
            raise exception 'role % exists with more rights than it may have (login, superuser, bypassrls, createrole or createdb): '
                            'take them away with ALTER ROLE and migrate again', wanted;
        end if;
    end loop;
end
$$;
