// Rows of earlier releases under the changes of incidents and sources: metric alerts by their rule, and assignees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanded, migrate, releases } from './support.mjs';

const period = (id, rule) => JSON.stringify({ action: 'critical', data: { metric_alert: { id, projects: ['checkout'], alert_rule: { id: rule, name: `p95 of ${rule}` } } } });

for (const change of releases) {
  test(`metric alerts and assignees of the schema up to ${change} are carried over`, async () => {
    const database = await createLanded(change);
    const [{ organization_id: org, integration_id: integration }] = await database.sql(
      "select organization_id, integration_id from tocsin.incidents where source_kind = 'metric_alert' order by number limit 1",
    );
    const add = async (number, source, status, rule, body = period(source, rule)) => {
      await database.sql(
        `insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, title, status, severity,
                                       opened_at, resolved_at, resolution, last_seen_at)
         select organization_id, $3, service_id, integration_id, 'metric_alert', $4, 'p95', $5, 'critical', now(),
                case when $5 = 'resolved' then now() end, case when $5 = 'resolved' then 'sentry' end, now()
           from tocsin.incidents where organization_id = $1 and integration_id = $2 limit 1`,
        [org, integration, number, source, status],
      );
      await database.sql(
        "insert into tocsin.sources (organization_id, integration_id, source_kind, source_id, events, last_incident) values ($1, $2, 'metric_alert', $3, 1, $4)",
        [org, integration, source, number],
      );
      await database.sql(
        `insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, request_id, signing_key,
                                        source_kind, source_id, incident_number, body, body_sha256, body_bytes)
         select $1, gen_random_uuid(), $2, 'metric_alert', 'critical', 'opened', 'r', 'q', 'current', 'metric_alert', $3, $4, convert_to($5, 'UTF8'),
                sha256(convert_to($5, 'UTF8')), 10`,
        [org, integration, source, number, body],
      );
    };
    await add(901, '90000001', 'resolved', '456');
    await add(902, '90000002', 'open', '456');
    await add(903, '90000003', 'open', '456');
    await add(904, '90000004', 'open', 457);
    await add(905, '90000005', 'open', null, 'no JSON');
    await database.sql('update tocsin.incidents set assignee = $2 where organization_id = $1 and number = 901', [org, 'Ada Lovelace']);
    await database.sql('update tocsin.incidents set assignee = $2 where organization_id = $1 and number = 902', [org, 'ada@acme.example']);

    const migrated = await migrate({ TOCSIN_DATABASE_URL: database.url });
    assert.equal(migrated.status, 0, migrated.stdout + migrated.stderr);

    const incidents = await database.sql(
      'select number::int, source_id, assignee, sentry_assignee, assignee_pinned from tocsin.incidents where organization_id = $1 and number > 900 order by number',
      [org],
    );
    assert.deepEqual(incidents.map(({ number, source_id }) => [number, source_id]), [
      [901, '456'],
      [902, '90000002'], // an older one that is still open: people resolve it
      [903, '456'],
      [904, '457'],
      [905, '90000005'],
    ]);
    assert.deepEqual(
      incidents.slice(0, 3).map(({ assignee, sentry_assignee, assignee_pinned }) => [assignee, sentry_assignee, assignee_pinned]),
      [[null, 'Ada Lovelace', false], ['ada@acme.example', null, true], [null, null, false]],
    );
    const sources = await database.sql(
      `select source_id, last_incident::int, period_fired::int, period_closed::int from tocsin.sources
        where organization_id = $1 and last_incident > 900 order by source_id`,
      [org],
    );
    assert.deepEqual(sources.map(Object.values), [
      ['456', 903, 90000003, 90000001],
      ['457', 904, 90000004, 0],
      ['90000005', 905, 0, 0],
    ]);
    const monitors = await database.sql(
      `select source_kind, source_id, rule_id, issue_id, name_hash = sha256(convert_to(E'checkout\np95 of ' || rule_id, 'UTF8')) as named
         from tocsin.metric_monitors where organization_id = $1 order by rule_id`,
      [org],
    );
    assert.deepEqual(monitors.map(Object.values), [
      ['metric_alert', '456', '456', null, true],
      ['metric_alert', '457', '457', null, true],
    ]);
  });
}
