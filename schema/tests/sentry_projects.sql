-- The slugs of Sentry projects.
\ir support/fixture.sql

select no_plan();

select pg_temp.id('acme') as acme, pg_temp.id('acme integration') as integration, pg_temp.id('globex integration') as other \gset
select throws_ok(format($$ insert into tocsin.sentry_projects (organization_id, integration_id, project_id, slug) values (%L, %L, '1', 'x') $$,
                        :'acme', :'other'), '23503', null, 'a project cannot belong to the integration of another organization');
select lives_ok(format($$ insert into tocsin.sentry_projects (organization_id, integration_id, project_id, slug) values (%L, %L, '43', 'checkout') $$,
                       :'acme', :'integration'), 'a slug may have passed to another project');
select is(pg_temp.as_role('tocsin_ingest', '', format(
    $$ with recorded as (insert into tocsin.sentry_projects as p (organization_id, integration_id, project_id, slug) values (%L, %L, '42', 'payments')
           on conflict (organization_id, integration_id, project_id) do update set slug = excluded.slug, slug_seen_at = excluded.slug_seen_at
           returning p.*)
       update tocsin.mappings m set sentry_project_slug = r.slug, sentry_project_name = 'Payments' from recorded r
        where m.organization_id = r.organization_id and m.integration_id = r.integration_id and m.sentry_project_id = r.project_id
       returning m.sentry_project_slug $$, :'acme', :'integration')), 'payments', 'ingest records a new slug, and mappings show it');

select * from finish();
rollback;
