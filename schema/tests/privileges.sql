-- The catalog: row-level security, roles, owners, functions, keys, and grants.
\ir support/fixture.sql

select no_plan();

-- --- row-level security ----------------------------------------------------------------------------------------------
select is(
    (select string_agg(c.oid::regclass::text, ', ' order by 1)
       from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'organization_id'
        and not (c.relrowsecurity and c.relforcerowsecurity)),
    null, 'row-level security is forced on every table with organization_id, partitions included');
select set_eq(
    $$ select c.relname::text from pg_class c
        where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and not exists (select from tenant_tables t where t.table_name = c.relname) $$,
    array['users', 'sessions', 'password_resets', 'known_devices', 'attempts', 'unclaimed_installations', 'vault_keys', 'methods', 'schema_record'], 'exactly these tables have no organization');
select set_eq(
    $$ select table_name from tenant_tables
        where not exists (select from pg_policy p
                           where p.polrelid = full_name::regclass and p.polname = 'of_current_organization'
                             and p.polroles = array['tocsin_gateway'::regrole::oid] and p.polcmd = '*' and p.polpermissive
                             and pg_get_expr(p.polqual, p.polrelid) = '(organization_id = tocsin.current_organization())'
                             and pg_get_expr(p.polwithcheck, p.polrelid) = '(organization_id = tocsin.current_organization())') $$,
    array[]::text[], 'every other table shows the gateway only the current organization');
select set_eq(
    $$ select distinct polname::text from pg_policy where 'tocsin_gateway'::regrole = any (polroles) or 0 = any (polroles) $$,
    array['of_current_organization'], 'no other policy is for the gateway, and none is for all roles');

-- --- the roles -------------------------------------------------------------------------------------------------------
select set_eq(
    $$ select rolname::text from pg_roles where rolname like 'tocsin\_%' and not rolcanlogin $$,
    array['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator', 'tocsin_lookup'], 'exactly these roles exist');
select is(rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolinherit, false,
          rolname || ' has no attribute')
  from pg_roles where rolname in ('tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator', 'tocsin_lookup');
select is((select string_agg(c.oid::regclass::text, ', ') from pg_class c
            where c.relowner in ('tocsin_gateway'::regrole, 'tocsin_ingest'::regrole, 'tocsin_scheduler'::regrole,
                                 'tocsin_operator'::regrole, 'tocsin_lookup'::regrole)),
          null, 'the roles own no table, index, or sequence');
select is((select string_agg(member::regrole::text, ', ') from pg_auth_members
            where member in ('tocsin_gateway'::regrole, 'tocsin_ingest'::regrole, 'tocsin_scheduler'::regrole,
                             'tocsin_operator'::regrole, 'tocsin_lookup'::regrole)),
          null, 'the roles are members of no other role');
select is((select string_agg(member::regrole::text, ', ') from pg_auth_members where roleid = 'tocsin_lookup'::regrole),
          null, 'tocsin_lookup has no members');
select is(has_schema_privilege(role_name, 'tocsin', 'usage') and not has_schema_privilege(role_name, 'tocsin', 'create'), true,
          role_name || ' can use the schema and create nothing in it')
  from unnest(array['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator', 'tocsin_lookup']) role_name;
select is(has_schema_privilege('public', 'tocsin', 'usage'), false, 'the public cannot use the schema');

-- --- functions -------------------------------------------------------------------------------------------------------
select set_eq(
    $$ select p.proname::text || ' as ' || case when p.proowner = (select relowner from pg_class where oid = 'tocsin.users'::regclass)
                                                then 'owner' else p.proowner::regrole::text end
         from pg_proc p where p.pronamespace = 'tocsin'::regnamespace and p.prosecdef $$,
    array['note as tocsin_lookup', 'keep_an_owner as tocsin_lookup', 'sessions_of as tocsin_lookup', 'end_session_of as tocsin_lookup', 'end_other_sessions as tocsin_lookup', 'find_password as tocsin_lookup', 'change_password as tocsin_lookup', 'rehash_password as tocsin_lookup', 'change_name as tocsin_lookup', 'has_password_reset as tocsin_lookup', 'accept_password_reset as tocsin_lookup', 'find_invitation as tocsin_lookup', 'accept_invitation as tocsin_lookup', 'is_known_device as tocsin_lookup', 'remember_device as tocsin_lookup', 'charge_attempt as tocsin_lookup', 'clear_attempt as tocsin_lookup',
          'find_login as tocsin_lookup', 'start_session as tocsin_lookup', 'end_session as tocsin_lookup',
          'find_session as tocsin_lookup', 'check_session as tocsin_lookup', 'find_api_token as tocsin_lookup', 'organizations_of as tocsin_lookup',
          'find_connect_flows as tocsin_lookup', 'find_connect_flow_of_state as tocsin_lookup', 'is_binding_of_session as tocsin_lookup', 'claim_connection as tocsin_lookup', 'note_refused_claim as tocsin_lookup', 'search_incidents as tocsin_lookup', 'find_member_emails as tocsin_lookup', 'needed_vault_keys as tocsin_lookup', 'note_refused_sign_in as tocsin_lookup', 'create_default_policy as tocsin_lookup', 'create_method_of_account as tocsin_lookup', 'find_page_link as tocsin_lookup', 'make_delivery_partitions as owner', 'drop_delivery_partitions as owner'],
    'exactly these functions run with the rights of their owner');
select is((select string_agg(proname, ', ') from pg_proc
            where pronamespace = 'tocsin'::regnamespace and prosecdef
              and not coalesce('search_path=pg_catalog, pg_temp' = any (proconfig), false)),
          null, 'each of these functions pins its search path');
select is((select string_agg(p.proname || ' to ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public'), ', ')
             from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            where p.pronamespace = 'tocsin'::regnamespace and p.prosecdef and a.grantee <> p.proowner and p.proname not in ('note', 'needed_vault_keys')
              and a.grantee <> case when p.proname like '%\_delivery\_partitions' then 'tocsin_scheduler'
                                    when p.proname = 'find_member_emails' then 'tocsin_ingest' else 'tocsin_gateway' end::regrole
              and not (p.proname = 'make_delivery_partitions' and a.grantee = 'tocsin_ingest'::regrole)
              and a.grantee <> (select relowner from pg_class where oid = 'tocsin.users'::regclass)),
          null, 'these functions are for the gateway, those on partitions for the scheduler, and that of assignees for ingest');
select is((select string_agg(c.oid::regclass::text, ', ') from pg_class c
            where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('v', 'm')
              and not coalesce('security_invoker=true' = any (c.reloptions), false)),
          null, 'views have the rights of their caller');

-- --- keys ------------------------------------------------------------------------------------------------------------
select set_eq(
    $$ select i.indexrelid::regclass::text
         from pg_index i join pg_class c on c.oid = i.indrelid join tenant_tables t on t.full_name::regclass = c.oid
        where i.indisunique
          and i.indkey[0] <> (select attnum from pg_attribute where attrelid = c.oid and attname = 'organization_id') $$,
    array['tocsin.organizations_slug_key', 'tocsin.installation_owners_key', 'tocsin.sentry_organization_owners_key',
          'tocsin.api_tokens_hash_key', 'tocsin.invitations_hash_key'],
    'every unique key begins with the organization, except those that decide between organizations');
select is((select string_agg(k.conrelid::regclass || ' -> ' || k.confrelid::regclass, ', ')
             from pg_constraint k join tenant_tables a on a.full_name::regclass = k.conrelid
                                  join tenant_tables b on b.full_name::regclass = k.confrelid
            where k.contype = 'f'
              and not exists (select from unnest(k.conkey, k.confkey) as pair (here, there)
                               join pg_attribute h on h.attrelid = k.conrelid and h.attnum = pair.here
                               join pg_attribute t on t.attrelid = k.confrelid and t.attnum = pair.there
                              where h.attname = 'organization_id' and t.attname = 'organization_id')),
          null, 'every foreign key between tables of an organization includes the organization');

-- --- grants ----------------------------------------------------------------------------------------------------------
-- The complete list: r select, a insert, w update, d delete; in parentheses if only some columns are granted.
create view pg_temp.granted as
    select c.relname::text as table_name, r.rolname::text as role_name,
           string_agg(case when has_table_privilege(r.oid, c.oid, p.privilege) then p.letter
                           when p.privilege in ('select', 'insert', 'update') and has_any_column_privilege(r.oid, c.oid, p.privilege)
                           then '(' || p.letter || ')' end, '' order by p.place) as letters
      from pg_class c
     cross join pg_roles r
     cross join (values (1, 'select', 'r'), (2, 'insert', 'a'), (3, 'update', 'w'), (4, 'delete', 'd'), (5, 'truncate', 'T'),
                        (6, 'references', 'R'), (7, 'trigger', 'G')) as p (place, privilege, letter)
     where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p')
       and r.rolname in ('tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator', 'tocsin_lookup')
     group by c.relname, r.rolname;
select set_eq(
    $$ select role_name || ' ' || table_name || ' ' || letters from pg_temp.granted where letters is not null $$,
    array['tocsin_gateway schema_record r', 'tocsin_scheduler schema_record r', 'tocsin_operator schema_record r', 'tocsin_gateway organizations r(w)', 'tocsin_gateway users (r)', 'tocsin_gateway members r(w)d', 'tocsin_gateway api_tokens (r)a(w)', 'tocsin_gateway invitations (r)a(w)', 'tocsin_gateway services raw', 'tocsin_gateway service_owners rad', 'tocsin_gateway service_former_slugs rawd', 'tocsin_ingest service_former_slugs r',
          'tocsin_gateway integrations rawd', 'tocsin_gateway installation_owners r(w)', 'tocsin_gateway sentry_organization_owners r(w)',
          'tocsin_gateway unclaimed_installations (r)d', 'tocsin_gateway credentials rawd', 'tocsin_gateway refresh_attempts raw',
          'tocsin_gateway connect_flows rawd', 'tocsin_gateway webhook_secrets rawd', 'tocsin_gateway sentry_organization_choices rad',
          'tocsin_gateway audit_log r', 'tocsin_lookup audit_log a', 'tocsin_gateway vault_keys ra', 'tocsin_scheduler vault_keys ra', 'tocsin_operator vault_keys r', 'tocsin_ingest webhook_secrets rd',
          'tocsin_operator webhook_secrets r(w)', 'tocsin_scheduler sentry_organization_choices (r)d', 'tocsin_gateway mappings rawd', 'tocsin_gateway sentry_projects raw', 'tocsin_operator sentry_projects r', 'tocsin_gateway grants raw', 'tocsin_gateway approvals ra(w)', 'tocsin_scheduler approvals (r)d', 'tocsin_operator approvals (r)(w)', 'tocsin_lookup approvals (r)', 'tocsin_lookup credentials (r)', 'tocsin_lookup webhook_secrets (r)', 'tocsin_operator grants ra(w)', 'tocsin_gateway grant_calls ra(w)', 'tocsin_scheduler grant_calls (r)d',
          'tocsin_ingest sentry_projects raw', 'tocsin_gateway deliveries r', 'tocsin_gateway sources r',
          'tocsin_gateway incidents raw', 'tocsin_gateway incident_counters raw', 'tocsin_gateway timeline ra',
          'tocsin_ingest services (r)', 'tocsin_ingest integrations (r)(w)', 'tocsin_ingest installation_owners r',
          'tocsin_ingest unclaimed_installations (r)a', 'tocsin_ingest credentials (r)d', 'tocsin_ingest mappings r(w)',
          'tocsin_ingest deliveries ra', 'tocsin_ingest sources raw', 'tocsin_ingest metric_monitors raw', 'tocsin_ingest applied_events ra(w)', 'tocsin_ingest reconcile_requests rawd',
          'tocsin_ingest incident_counters raw', 'tocsin_ingest incidents raw', 'tocsin_ingest timeline ra',
          'tocsin_scheduler integrations r(w)', 'tocsin_scheduler credentials rwd', 'tocsin_scheduler refresh_attempts rawd',
          'tocsin_scheduler incidents (r)', 'tocsin_scheduler incident_counters (r)', 'tocsin_scheduler sessions (r)d', 'tocsin_scheduler unclaimed_installations (r)d',
          'tocsin_scheduler connect_flows rd', 'tocsin_scheduler applied_events (r)d', 'tocsin_scheduler reconcile_requests (a)',
          'tocsin_operator organizations ra', 'tocsin_operator users ra', 'tocsin_operator members ra', 'tocsin_operator api_tokens ra',
          'tocsin_operator integrations r(w)', 'tocsin_operator installation_owners (r)(w)', 'tocsin_operator sentry_organization_owners (r)(w)', 'tocsin_operator credentials r(w)', 'tocsin_operator deliveries (r)',
          'tocsin_lookup organizations r', 'tocsin_lookup users ra(w)', 'tocsin_lookup members ra', 'tocsin_lookup invitations r(w)', 'tocsin_lookup password_resets r(w)',
          'tocsin_lookup known_devices rawd', 'tocsin_lookup attempts rawd', 'tocsin_operator invitations a', 'tocsin_operator password_resets (r)ad',
          'tocsin_scheduler attempts (r)d', 'tocsin_scheduler known_devices (r)d', 'tocsin_scheduler password_resets (r)d', 'tocsin_lookup sessions rawd',
          'tocsin_lookup api_tokens r(w)', 'tocsin_lookup connect_flows r', 'tocsin_lookup installation_owners raw',
          'tocsin_lookup sentry_organization_owners raw', 'tocsin_lookup incidents r', 'tocsin_lookup services r',
          'tocsin_gateway policies rawd', 'tocsin_gateway policy_versions ra', 'tocsin_gateway policy_steps ra', 'tocsin_gateway policy_targets ra',
          'tocsin_gateway methods (r)', 'tocsin_gateway alarms raw', 'tocsin_gateway pages r(w)', 'tocsin_gateway page_attempts (r)',
          'tocsin_ingest policies (r)', 'tocsin_ingest alarms raw', 'tocsin_ingest pages (r)(w)',
          'tocsin_scheduler policy_versions r', 'tocsin_scheduler policy_steps r', 'tocsin_scheduler policy_targets r', 'tocsin_scheduler methods r',
          'tocsin_scheduler organizations (r)', 'tocsin_scheduler members (r)', 'tocsin_scheduler users (r)', 'tocsin_scheduler services (r)',
          'tocsin_scheduler alarms r(w)', 'tocsin_scheduler pages rawd', 'tocsin_scheduler page_attempts (r)a(w)',
          'tocsin_lookup policies a', 'tocsin_lookup policy_versions a', 'tocsin_lookup policy_steps a', 'tocsin_lookup policy_targets a',
          'tocsin_lookup methods (r)a', 'tocsin_lookup pages r', 'tocsin_lookup page_attempts r'],
    'the roles have exactly these rights (and none on partitions)');

-- The most important limits, checked by access.
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, 'select password_hash from tocsin.users'), '42501',
          'the gateway cannot read a password hash');
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, 'select count(*) from tocsin.sessions'), '42501',
          'the gateway cannot read sessions');
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, 'select token_hash from tocsin.' || table_name), '42501',
          'the gateway cannot read the hashes of ' || table_name)
  from unnest(array['api_tokens', 'invitations', 'password_resets', 'sessions']) table_name;
select is(pg_temp.as_role('tocsin_ingest', '', 'select access_token_sealed from tocsin.credentials'), '42501',
          'ingest cannot read a token');
select is(pg_temp.as_role('tocsin_ingest', '', 'select email from tocsin.users'), '42501', 'ingest cannot read users');
select is(pg_temp.as_role('tocsin_scheduler', '', 'select body from tocsin.deliveries'), '42501', 'the scheduler cannot read deliveries');
select is(pg_temp.as_role('tocsin_scheduler', '', 'select description from tocsin.incidents'), '42501', 'the scheduler reads of incidents only what a page says');
select is(pg_temp.as_role('tocsin_scheduler', '', 'select password_hash from tocsin.users'), '42501', 'the scheduler cannot read a password hash');
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, 'select address_sealed from tocsin.methods'), '42501',
          'the gateway cannot read where a person is reached');
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, 'select nonce_hash from tocsin.page_attempts'), '42501',
          'the gateway cannot read the hashes of links in pages');
select is(pg_temp.as_role('tocsin_operator', '', 'select title from tocsin.incidents'), '42501', 'the operator cannot read incidents');
select is(pg_temp.as_role('tocsin_operator', '', 'select body from tocsin.deliveries'), '42501', 'the operator cannot read the bodies of deliveries');
select is(pg_temp.as_role('tocsin_operator', '', 'select token_hash from tocsin.sessions'), '42501', 'the operator cannot read sessions');
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, 'update tocsin.timeline set text = ''x'''), '42501',
          'the gateway cannot change the timeline');
select is(pg_temp.as_role(role_name, pg_temp.id('acme')::text, format(statement, pg_temp.id('acme'))), '42501', role_name || ' cannot ' || statement)
  from unnest(array['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator']) role_name
 cross join unnest(array['update tocsin.audit_log set action = ''x.y''', 'delete from tocsin.audit_log', 'truncate tocsin.audit_log',
                         'insert into tocsin.audit_log (organization_id, actor_kind, action, subject_kind) values (%L, ''user'', ''x.y'', ''x'')'])
       as statement;
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text,
                          format('select tocsin.note(%L, ''user'', ''x.y'', ''x'', null, '''', null, null)', pg_temp.id('globex'))), '42501',
          'the gateway cannot add an audit entry to another organization');
select is(pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text,
                          format('select tocsin.note_person(%L, ''x.y'', '''', null, null)', pg_temp.id('acme user'))), '42501',
          'the gateway cannot add an audit entry as a person');
select is(pg_temp.as_role('tocsin_ingest', '', 'delete from tocsin.deliveries'), '42501', 'ingest cannot delete deliveries');
select is(pg_temp.as_role('tocsin_ingest', '', 'select count(distinct organization_id) from tocsin.installation_owners'),
          (select count(distinct organization_id)::text from tocsin.installation_owners),
          'ingest can read the installations of all organizations');
select is(pg_temp.as_role('tocsin_scheduler', '', 'select count(*) from tocsin.credentials'), (select count(*)::text from tocsin.credentials),
          'the scheduler can read the credentials of all organizations');
select is(pg_temp.as_role('tocsin_scheduler', '', 'update tocsin.integrations set sentry_org_slug = sentry_org_slug, sentry_org_name = sentry_org_name returning ''stored'''),
          'stored', 'the scheduler can store the names of a Sentry organization');

-- --- storage ---------------------------------------------------------------------------------------------------------
select is((select string_agg(a.attrelid::regclass::text, ', ') from pg_attribute a
            where a.attname = 'body' and a.attrelid in (select inhrelid from pg_inherits where inhparent = 'tocsin.deliveries'::regclass)
              and a.attcompression <> 'l'),
          null, 'the bodies of deliveries are compressed with lz4 in every partition');

select * from finish();
rollback;
