-- Policies, methods, alarms, and pages.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('acme user') as person, pg_temp.id('acme page') as page \gset

-- --- what an organization and an account begin with ----------------------------------------------------------------------
select is((select string_agg(format('%s v%s laps %s step %s wait %s: %s %s, last resort %s', p.slug, p.version, v.laps, s.position, s.wait_seconds, t.kind,
                                    t.target, v.last_resort), '; ')
             from tocsin.policies p join tocsin.policy_versions v using (organization_id, policy_id, version)
             join tocsin.policy_steps s using (organization_id, policy_id, version)
             join tocsin.policy_targets t using (organization_id, policy_id, version, position)
            where p.organization_id = :'acme' and p.is_default),
          'default v1 laps 3 step 0 wait 300: role admin, last resort t', 'an organization begins with a policy of its owner and admins');
select is((select string_agg(kind || ' ' || mask || ' ' || (verified_at is not null), '; ') from tocsin.methods where user_id = :'person'),
          'mail o***@acme.example true', 'an account begins with its own address as a verified method');
select is((select urgency from tocsin.services where organization_id = :'acme'),
          '{"critical": "high", "error": "high", "warning": "low", "info": "none"}'::jsonb, 'a service pages by severity');
select throws_ok($$ update tocsin.services set urgency = '{"critical": "high"}' $$, '23514', null, 'each severity has an urgency');
select throws_ok(format($$ insert into tocsin.policies (organization_id, policy_id, slug, name, is_default) values (%L, gen_random_uuid(), 'two', 'Two', true) $$, :'acme'),
                 '23505', null, 'an organization has one default policy');
select throws_ok($$ update tocsin.services set policy_id = pg_temp.id('nothing') $$, '23503', null, 'a service names a policy that exists');
select is(pg_temp.as_role('tocsin_gateway', :'acme', 'select count(*) from tocsin.methods'), '1', 'the gateway sees the methods of members only');

-- --- alarms and pages ----------------------------------------------------------------------------------------------------
select throws_ok(format($$ insert into tocsin.alarms (organization_id, incident_number, run, policy_id, version, urgency, cause)
                            values (%L, 1, 2, gen_random_uuid(), 1, 'high', 'opened') $$, :'acme'),
                 '23505', null, 'an incident has one running alarm');
select throws_ok($$ update tocsin.alarms set ended_at = tocsin.now() $$, '23514', null, 'an alarm ends for a reason');
select throws_ok(format($$ insert into tocsin.pages select organization_id, gen_random_uuid(), incident_number, run, lap, step, user_id, method_id
                             from tocsin.pages where page_id = %L $$, :'page'),
                 null, null, 'a page needs all its values');
create function pg_temp.repeat_page() returns void language sql as $$
    insert into tocsin.pages (organization_id, page_id, incident_number, run, lap, step, user_id, method_id, urgency, due_at, expires_at)
    select organization_id, gen_random_uuid(), incident_number, run, lap, step, user_id, method_id, urgency, due_at, expires_at
      from tocsin.pages where page_id = pg_temp.id('acme page') $$;
select throws_ok('select pg_temp.repeat_page()', '23505', null, 'a step makes one page for a person and a method');
select throws_ok($$ update tocsin.pages set state = 'maybe' $$, '23514', null, 'there are no other states');
select is(pg_temp.as_role('tocsin_ingest', '', 'update tocsin.pages set due_at = tocsin.now()'), '42501', 'ingest can only cancel pages');

-- --- links in pages ------------------------------------------------------------------------------------------------------
select is((select format('%s %s %s %s', organization_slug, incident_number, email, used) from tocsin.find_page_link(sha256('acme'))),
          'acme 1 owner@acme.example f', 'a link finds its page');
select is((select count(*) from tocsin.find_page_link(sha256('other'))), 0::bigint, 'an unknown link finds nothing');
update tocsin.page_attempts set started_at = tocsin.now() - interval '25 hours' where page_id = :'page';
select is((select count(*) from tocsin.find_page_link(sha256('acme'))), 0::bigint, 'a link ends after a day');
update tocsin.page_attempts set started_at = tocsin.now() where page_id = :'page';
insert into tocsin.users (user_id, email, password_hash) values (pg_temp.id('heir'), 'heir@acme.example', 'not a hash');
update tocsin.members set role = 'viewer' where organization_id = :'acme' and user_id = :'person';
insert into tocsin.members (organization_id, user_id, role) values (:'acme', pg_temp.id('heir'), 'owner');
select is((select count(*) from tocsin.find_page_link(sha256('acme'))), 0::bigint, 'a person who may no longer act has no link');

select * from finish();
rollback;
