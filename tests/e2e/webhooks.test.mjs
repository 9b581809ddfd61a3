// POST /webhooks/sentry: accepted and refused webhooks.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { connect, createService, mapProject } from '../support/steps.mjs';
import { IssueBodies, sentryJson, signature } from '../support/webhook.mjs';

const installation = '7a485448-a9e2-4c85-8a3c-4f44175783c9';
const previousSecret = 'fake-previous-client-secret';
let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS: previousSecret } });
  admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org, { installation });
  const service = await createService(admin, tocsin.org, 'checkout');
  await mapProject(admin, tocsin.org, integration, '4505281256090153', service);
});
after(() => tocsin?.stop());

/** Sends a webhook and returns the row of the delivery. */
async function deliver(resource, body, options = {}) {
  const response = await tocsin.sendWebhook({ resource, body, ...options });
  assert.equal(response.status, 200, response.text);
  assert.equal(response.json.status, 'accepted');
  const [row] = await tocsin.sql('select * from tocsin.deliveries where delivery_id = $1', [response.json.delivery_id]);
  return row;
}

const listIncidents = (bodies) => tocsin.sql('select * from tocsin.incidents where source_id = $1 order by number', [bodies.id]);

test('the integration has the UUID of the installation', () => {
  assert.equal(integration.installation_id, installation);
});

test('each webhook takes effect, and the delivery has the rule', async () => {
  const bodies = new IssueBodies(installation);
  const table = [
    ['issue', bodies.issue('created'), 'opened', 'open'],
    ['event_alert', bodies.alert(), 'updated', 'open'],
    ['issue', bodies.issue('assigned', {}, { assignee: { type: 'user', name: 'Ada', id: 1 } }), 'updated', 'open'],
    ['issue', bodies.issue('resolved', {}, { resolution_type: 'now' }), 'resolved', 'resolved'],
    ['issue', bodies.issue('unresolved', { substatus: 'regressed' }), 'reopened', 'open'],
    ['issue', bodies.issue('ignored', { substatus: 'archived_forever' }), 'resolved', 'resolved'],
    ['event_alert', bodies.alert({ at: new Date(Date.now() + 60_000) }), 'reopened', 'open'],
    ['comment', bodies.comment('created'), 'updated', 'open'],
    ['error', bodies.error(), 'updated', 'open'],
    ['preprod_artifact', { action: 'size_analysis_completed', installation: { uuid: installation }, data: { buildId: '1' } }, 'ignored', 'open'],
    ['issue', bodies.issue('resolved', { status: 'unresolved' }), 'stale', 'open'],
  ];
  for (const [resource, body, outcome, status] of table) {
    const row = await deliver(resource, body);
    assert.equal(row.outcome, outcome, `${resource}.${body.action}: ${row.rule}`);
    assert.ok(row.rule.length > 10);
    const [incident] = await listIncidents(bodies);
    assert.equal(incident.status, status, `after ${resource}.${body.action}`);
  }
  const [incident] = await listIncidents(bodies);
  assert.equal(incident.title.endsWith('fehlgeschlagen 💥') || incident.title === 'TimeoutError: no answer', true);
  assert.deepEqual([incident.assignee, incident.sentry_assignee], [null, 'Ada']);
});

test('a metric alert opens, escalates, and resolves its incident', async () => {
  const metric = (action, changes = {}) => ({
    action,
    installation: { uuid: installation },
    data: {
      metric_alert: { id: '789', projects: ['unknown', 'checkout'], alert_rule: { id: '456', name: 'p95', triggers: [] }, title: 'p95', ...changes },
      description_text: '5 events in the last 10 minutes',
      description_title: `${action}: p95 of checkout`,
      web_url: 'https://northwind.sentry.example/alerts/456/',
    },
    actor: { type: 'application', id: 'sentry', name: 'Sentry' },
  });
  const readIncident = async () => (await tocsin.sql("select * from tocsin.incidents where source_kind = 'metric_alert' order by number"))[0];
  assert.equal((await deliver('metric_alert', metric('warning'))).outcome, 'opened');
  assert.equal((await readIncident()).severity, 'warning');
  assert.equal((await deliver('metric_alert', metric('critical'))).outcome, 'updated');
  assert.equal((await readIncident()).severity, 'critical');
  assert.equal((await deliver('metric_alert', metric('resolved'))).outcome, 'resolved');
  assert.equal((await readIncident()).status, 'resolved');
  assert.equal((await deliver('metric_alert', metric('critical', { id: '790', projects: [] }))).outcome, 'unmapped');
  // With a service in the action's settings, no mapping is needed.
  const settings = [{ name: 'service', value: 'checkout' }, { name: 'severity', value: 'info' }];
  const triggers = [{ label: 'critical', actions: [{ type: 'sentry_app', settings, sentry_app_installation_uuid: installation }] }];
  assert.equal((await deliver('metric_alert', metric('critical', { id: '791', projects: [], alert_rule: { triggers } }))).outcome, 'opened');
  assert.equal(await tocsin.value("select severity from tocsin.incidents where source_id = '791'"), 'info');
});

test("an alert action's settings take precedence over the mapping", async () => {
  const service = await createService(admin, tocsin.org, 'payments');
  const bodies = new IssueBodies(installation, { id: '99', slug: 'never-mapped' });
  const alert = (settings) => {
    const body = bodies.alert();
    body.data.issue_alert = { id: 5, title: 'Errors', sentry_app_id: 1, settings: Object.entries(settings).map(([name, value]) => ({ name, value })) };
    return body;
  };
  assert.equal((await deliver('event_alert', alert({ service: 'nonsense' }))).outcome, 'unmapped');
  assert.equal((await deliver('event_alert', alert({ service: 'payments', open: 'false' }))).outcome, 'ignored');
  assert.equal((await deliver('event_alert', alert({ service: 'payments', environments: 'staging, qa' }))).outcome, 'filtered');
  assert.equal((await deliver('event_alert', alert({ service: 'payments', severity: 'critical', environments: 'Production', notes: 'runbook 7' }))).outcome, 'opened');
  const [incident] = await listIncidents(bodies);
  assert.equal(incident.service_id, service.id);
  assert.equal(incident.severity, 'critical');
});

test('Sentry resolves an older incident that a person has reopened', async () => {
  const bodies = new IssueBodies(installation);
  await deliver('issue', bodies.issue('created'));
  await deliver('issue', bodies.issue('resolved'));
  await tocsin.setTimeOffset(8 * 24 * 3600);
  await deliver('issue', bodies.issue('unresolved'));
  await deliver('issue', bodies.issue('resolved'));
  const [older, newer] = await listIncidents(bodies);
  const robot = tocsin.tokenClient(); // sessions have expired after eight days
  assert.equal((await robot.post(`${tocsin.org.path}/incidents/${older.number}/reopen`)).status, 200);
  assert.equal((await robot.post(`${tocsin.org.path}/incidents/${newer.number}/reopen`)).json.code, 'illegal_transition');
  assert.equal((await deliver('event_alert', bodies.alert())).incident_number, older.number);
  assert.equal((await deliver('issue', bodies.issue('resolved', { count: '9' }))).outcome, 'resolved');
  assert.deepEqual((await listIncidents(bodies)).map((item) => item.status), ['resolved', 'resolved']);
  await tocsin.setTimeOffset(0);
});

test('the raw bytes are stored unchanged', async () => {
  const bytes = Buffer.from(sentryJson(new IssueBodies(installation).issue('created', { title: 'Ünïcode \u0000 💥 \ud800' })));
  const row = await deliver('issue', bytes);
  assert.ok(row.body.equals(bytes));
  assert.equal(row.outcome, 'opened');
  assert.equal(row.cut, true);
});

test('a body is a duplicate only if it equals the last one applied', async () => {
  const bodies = new IssueBodies(installation);
  const created = sentryJson(bodies.issue('created'));
  const resolved = sentryJson(bodies.issue('resolved'));
  const unresolved = sentryJson(bodies.issue('unresolved'));
  const outcomes = [];
  for (const body of [created, created, resolved, unresolved, resolved, unresolved, unresolved]) outcomes.push((await deliver('issue', body)).outcome);
  assert.deepEqual(outcomes, ['opened', 'duplicate', 'resolved', 'reopened', 'resolved', 'reopened', 'duplicate']);
  const [first, second] = await tocsin.sql('select delivery_id, duplicate_of, body is null as bodiless from tocsin.deliveries where source_id = $1 order by received_at', [bodies.id]);
  assert.equal(second.duplicate_of, first.delivery_id);
  assert.equal(second.bodiless, true);

  const alert = bodies.alert({ eventId: 'f'.repeat(32) });
  assert.equal((await deliver('event_alert', alert)).outcome, 'updated');
  assert.equal((await deliver('event_alert', { ...alert, actor: { type: 'application', id: 'sentry', name: 'Other bytes' } })).outcome, 'duplicate');
});

test('fifty simultaneous deliveries of a new issue open one incident', async () => {
  const bodies = new IssueBodies(installation);
  const responses = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? deliver('event_alert', bodies.alert()) : deliver('issue', bodies.issue('created', { count: String(i + 1) })))));
  assert.equal(responses.filter((row) => row.outcome === 'opened').length, 1);
  assert.equal((await listIncidents(bodies)).length, 1);
});

test('both active secrets are accepted, and the delivery records which', async () => {
  const bodies = new IssueBodies(installation);
  assert.equal((await deliver('issue', bodies.issue('created'))).signing_key, 'current');
  assert.equal((await deliver('issue', bodies.issue('resolved'), { secret: previousSecret })).signing_key, 'previous');
});

test('a change of any character of the signature or any byte of the body is refused with the same response', async () => {
  const body = Buffer.from(sentryJson(new IssueBodies(installation).issue('created')));
  const valid = signature(body, APP.clientSecret);
  const before = await tocsin.value('select count(*) from tocsin.deliveries');
  const refusals = new Set();
  const refuse = async (sent, claimed) => {
    const response = await tocsin.sendWebhook({ resource: 'issue', body: sent, headers: { 'Sentry-Hook-Signature': claimed } });
    assert.equal(response.status, 401);
    refusals.add(response.text);
  };
  for (let i = 0; i < valid.length; i += 1) await refuse(body, valid.slice(0, i) + (valid[i] === '0' ? '1' : '0') + valid.slice(i + 1));
  for (let i = 0; i < body.length; i += 1) {
    const changed = Buffer.from(body);
    changed[i] ^= 1;
    await refuse(changed, valid);
  }
  for (const malformed of ['', valid.toUpperCase(), `sha256=${valid}`, valid.slice(1), `${valid}0`, ` ${valid} x`]) await refuse(body, malformed);
  await refuse(body, undefined);
  const unknown = await tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(randomUUID()).issue('created') });
  assert.equal(unknown.status, 401, 'an unknown installation');
  refusals.add(unknown.text);
  assert.equal(refusals.size, 1, 'all refusals have the same response');
  assert.equal(await tocsin.value('select count(*) from tocsin.deliveries'), before, 'nothing was stored');
});

test('two signature headers or another method are refused', async () => {
  const body = sentryJson(new IssueBodies(installation).issue('created'));
  const valid = signature(body, APP.clientSecret);
  assert.equal((await tocsin.sendWebhook({ resource: 'issue', body, headers: { 'Sentry-Hook-Signature': [valid, valid] } })).status, 401);
  const client = tocsin.client();
  const get = await client.get('/webhooks/sentry');
  assert.equal(get.status, 405);
  assert.match(get.headers.allow, /POST/);
});

test('an invalid envelope is 400, and unsupported content has its own status', async () => {
  for (const body of ['nonsense', '[]', '{}', '[0.00000000000000000001e-2147483639]', '{"action":"created"}', '{"action":"created","installation":{"uuid":"x"}}'])
    assert.equal((await tocsin.sendWebhook({ resource: 'issue', body })).status, 400, body);
  const body = sentryJson(new IssueBodies(installation).issue('created'));
  const status = async (headers) => (await tocsin.sendWebhook({ resource: 'issue', body, headers })).status;
  assert.equal(await status({ 'Content-Type': 'text/plain' }), 415);
  assert.equal(await status({ 'Content-Encoding': 'gzip' }), 415);
  assert.equal(await status({ 'Transfer-Encoding': 'gzip, chunked', 'Content-Length': undefined }), 501);
  assert.equal(await status({ 'Content-Length': String(6 * 1024 * 1024) }), 413);
});

test('a chunked webhook is accepted, and its signed bytes are stored', async () => {
  const body = Buffer.from(sentryJson(new IssueBodies(installation).issue('created', { metadata: { value: 'ß'.repeat(20_000) } })));
  const row = await deliver('issue', body, { headers: { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined } });
  assert.equal(row.outcome, 'opened');
  assert.ok(row.body.equals(body));
});

test('a chunked webhook with a wrong signature is 401', async () => {
  const headers = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined, 'Sentry-Hook-Signature': '0'.repeat(64) };
  const response = await tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(installation).issue('created'), headers });
  assert.equal(response.status, 401);
});

test('a webhook address with a trailing slash is the same address', async () => {
  const row = await deliver('issue', new IssueBodies(installation).issue('created'), { path: '/webhooks/sentry/' });
  assert.equal(row.outcome, 'opened');
  const unknown = await tocsin.sendWebhook({ path: `/webhooks/sentry/${randomUUID()}/`, resource: 'issue', body: new IssueBodies(installation).issue('created') });
  assert.equal(unknown.status, 401);
  assert.equal((await tocsin.client().get('/webhooks/sentry/')).status, 405);
});

test('a delivery without an issue id is stored as unreadable', async () => {
  const body = new IssueBodies(installation).issue('created');
  delete body.data.issue.id;
  const row = await deliver('issue', body);
  assert.equal(row.outcome, 'unreadable');
  assert.match(row.rule, /data\.issue\.id is missing/);
});

test('the resource header cannot change the type of a body', async () => {
  const row = await deliver('comment', new IssueBodies(installation).issue('created'));
  assert.equal(row.outcome, 'ignored');
  assert.match(row.rule, /header says comment/);
});

test('installation.created of an unclaimed installation is stored without its code', async () => {
  const uuid = randomUUID();
  const body = { action: 'created', installation: { uuid }, data: { installation: { uuid, status: 'pending', organization: { slug: 'empire-state' }, code: 'fake-grant-code' } } };
  const response = await tocsin.sendWebhook({ resource: 'installation', body });
  assert.equal(response.status, 200);
  const [row] = await tocsin.sql('select * from tocsin.unclaimed_installations where installation_id = $1', [uuid]);
  assert.equal(row.sentry_org_slug, 'empire-state');
  assert.doesNotMatch(JSON.stringify(row), /fake-grant-code/);
  assert.equal(await tocsin.value('select count(*) from tocsin.integrations'), 1);
});

test('the reopen window starts at the resolution', async () => {
  const bodies = new IssueBodies(installation);
  await deliver('issue', bodies.issue('created'));
  await deliver('issue', bodies.issue('resolved'));
  await tocsin.setTimeOffset(8 * 24 * 3600);
  const row = await deliver('issue', bodies.issue('unresolved'));
  assert.equal(row.outcome, 'opened');
  const [older, newer] = await listIncidents(bodies);
  assert.equal(newer.previous_number, older.number);
});
