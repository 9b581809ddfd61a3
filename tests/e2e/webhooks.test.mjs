// POST /webhooks/sentry: what is accepted with which effect, and what is refused.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { connect, createService, IssueBodies, mapProject } from '../support/story.mjs';
import { sentryJson, signature } from '../support/webhook.mjs';

const installation = '7a485448-a9e2-4c85-8a3c-4f44175783c9';
const previousSecret = 'fake-previous-client-secret';
let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS: previousSecret } });
  admin = await tocsin.signedIn('admin');
  integration = await connect(tocsin, admin, tocsin.org, { installation });
  const service = await createService(admin, tocsin.org, 'checkout');
  await mapProject(admin, tocsin.org, integration, '4505281256090153', service);
});
after(() => tocsin?.stop());

/** Sends, and answers the delivery that came of it. */
async function deliver(resource, body, options = {}) {
  const answer = await tocsin.webhook({ resource, body, ...options });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.status, 'accepted');
  const [row] = await tocsin.sql('select * from tocsin.deliveries where delivery_id = $1', [answer.json.delivery_id]);
  return row;
}

const incidentOf = async (bodies) => (await tocsin.sql('select * from tocsin.incidents where source_id = $1 order by number', [bodies.id]));

test('the installation has the UUID that Sentry gave it', () => {
  assert.equal(integration.installation_id, installation);
});

test('each webhook has its effect, and the delivery says why', async () => {
  const bodies = new IssueBodies(installation);
  const table = [
    ['issue', bodies.issue('created'), 'opened', 'open'],
    ['event_alert', bodies.alert(), 'updated', 'open'],
    ['issue', bodies.issue('assigned', {}, { assignee: { type: 'user', name: 'Ada', id: 1 } }), 'updated', 'open'],
    ['issue', bodies.issue('resolved', {}, { resolution_type: 'now' }), 'resolved', 'resolved'],
    ['issue', bodies.issue('unresolved', { substatus: 'regressed' }), 'reopened', 'open'],
    ['issue', bodies.issue('ignored', { substatus: 'archived_forever' }), 'resolved', 'resolved'],
    ['event_alert', bodies.alert({ at: new Date(Date.now() + 60_000) }), 'reopened', 'open'],
    ['comment', { action: 'created', installation: { uuid: installation }, data: { comment_id: 1, issue_id: Number(bodies.id), project_slug: 'checkout', comment: 'on it' } }, 'updated', 'open'],
    ['error', { action: 'created', installation: { uuid: installation }, data: { error: bodies.alert().data.event } }, 'updated', 'open'],
    ['preprod_artifact', { action: 'size_analysis_completed', installation: { uuid: installation }, data: { buildId: '1' } }, 'ignored', 'open'],
    ['issue', bodies.issue('resolved', { status: 'unresolved' }), 'stale', 'open'],
  ];
  for (const [resource, body, outcome, status] of table) {
    const row = await deliver(resource, body);
    assert.equal(row.outcome, outcome, `${resource}.${body.action}: ${row.rule}`);
    assert.ok(row.rule.length > 10);
    const [incident] = await incidentOf(bodies);
    assert.equal(incident.status, status, `after ${resource}.${body.action}`);
  }
  const [incident] = await incidentOf(bodies);
  assert.equal(incident.title.endsWith('fehlgeschlagen 💥') || incident.title === 'TimeoutError: no answer', true);
  assert.equal(incident.assignee, 'Ada');
});

test('a metric alert opens, raises and resolves the incident of that alert', async () => {
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
  const incident = async () => (await tocsin.sql("select * from tocsin.incidents where source_kind = 'metric_alert' order by number"))[0];
  assert.equal((await deliver('metric_alert', metric('warning'))).outcome, 'opened');
  assert.equal((await incident()).severity, 'warning');
  assert.equal((await deliver('metric_alert', metric('critical'))).outcome, 'updated');
  assert.equal((await incident()).severity, 'critical');
  assert.equal((await deliver('metric_alert', metric('resolved'))).outcome, 'resolved');
  assert.equal((await incident()).status, 'resolved');
  assert.equal((await deliver('metric_alert', metric('critical', { id: '790', projects: [] }))).outcome, 'unmapped');
  // The action's service needs no mapping.
  const settings = [{ name: 'service', value: 'checkout' }, { name: 'severity', value: 'info' }];
  const triggers = [{ label: 'critical', actions: [{ type: 'sentry_app', settings, sentry_app_installation_uuid: installation }] }];
  assert.equal((await deliver('metric_alert', metric('critical', { id: '791', projects: [], alert_rule: { triggers } }))).outcome, 'opened');
  assert.equal(await tocsin.value("select severity from tocsin.incidents where source_id = '791'"), 'info');
});

test("an alert action's settings win over the mapping", async () => {
  const service = await createService(admin, tocsin.org, 'payments');
  const bodies = new IssueBodies(installation, { id: '99', slug: 'never-mapped' });
  const alert = (settings, more = {}) => {
    const body = bodies.alert(more);
    body.data.issue_alert = { id: 5, title: 'Errors', sentry_app_id: 1, settings: Object.entries(settings).map(([name, value]) => ({ name, value })) };
    return body;
  };
  assert.equal((await deliver('event_alert', alert({ service: 'nonsense' }))).outcome, 'unmapped');
  assert.equal((await deliver('event_alert', alert({ service: 'payments', open: 'false' }))).outcome, 'ignored');
  assert.equal((await deliver('event_alert', alert({ service: 'payments', environments: 'staging, qa' }))).outcome, 'filtered');
  assert.equal((await deliver('event_alert', alert({ service: 'payments', severity: 'critical', environments: 'Production', notes: 'runbook 7' }))).outcome, 'opened');
  const [incident] = await incidentOf(bodies);
  assert.equal(incident.service_id, service.id);
  assert.equal(incident.severity, 'critical');
});

test('an older incident that a person reopened is the one that Sentry resolves', async () => {
  const bodies = new IssueBodies(installation);
  await deliver('issue', bodies.issue('created'));
  await deliver('issue', bodies.issue('resolved'));
  await tocsin.moveTime(8 * 24 * 3600);
  await deliver('issue', bodies.issue('unresolved'));
  await deliver('issue', bodies.issue('resolved'));
  const [older, newer] = await incidentOf(bodies);
  const script = tocsin.withToken();  // eight days end a session
  assert.equal((await script.post(`${tocsin.org.path}/incidents/${older.number}/reopen`)).status, 200);
  assert.equal((await script.post(`${tocsin.org.path}/incidents/${newer.number}/reopen`)).json.code, 'illegal_transition');
  assert.equal((await deliver('event_alert', bodies.alert())).incident_number, older.number);
  assert.equal((await deliver('issue', bodies.issue('resolved', { count: '9' }))).outcome, 'resolved');
  assert.deepEqual((await incidentOf(bodies)).map((one) => one.status), ['resolved', 'resolved']);
  await tocsin.moveTime(0);
});

test('the raw bytes are stored as they came', async () => {
  const bytes = Buffer.from(sentryJson(new IssueBodies(installation).issue('created', { title: 'Ünïcode \u0000 💥 \ud800' })));
  const row = await deliver('issue', bytes);
  assert.ok(row.body.equals(bytes));
  assert.equal(row.outcome, 'opened');
  assert.equal(row.cut, true);
});

test('equal bodies are duplicates only of the last one applied', async () => {
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

test('fifty deliveries of one new issue at once open one incident', async () => {
  const bodies = new IssueBodies(installation);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? deliver('event_alert', bodies.alert()) : deliver('issue', bodies.issue('created', { count: String(i + 1) })))));
  assert.equal(answers.filter((row) => row.outcome === 'opened').length, 1);
  assert.equal((await incidentOf(bodies)).length, 1);
});

test('both active secrets verify, and the delivery names which', async () => {
  const bodies = new IssueBodies(installation);
  assert.equal((await deliver('issue', bodies.issue('created'))).signing_key, 'current');
  assert.equal((await deliver('issue', bodies.issue('resolved'), { secret: previousSecret })).signing_key, 'previous');
});

test('every changed character of a signature and every changed byte of a body is refused alike', async () => {
  const body = Buffer.from(sentryJson(new IssueBodies(installation).issue('created')));
  const right = signature(body, APP.clientSecret);
  const before = await tocsin.value('select count(*) from tocsin.deliveries');
  const refusals = new Set();
  const refuse = async (sent, claimed) => {
    const answer = await tocsin.webhook({ resource: 'issue', body: sent, headers: { 'Sentry-Hook-Signature': claimed } });
    assert.equal(answer.status, 401);
    refusals.add(answer.text);
  };
  for (let i = 0; i < right.length; i += 1) await refuse(body, right.slice(0, i) + (right[i] === '0' ? '1' : '0') + right.slice(i + 1));
  for (let i = 0; i < body.length; i += 1) {
    const changed = Buffer.from(body);
    changed[i] ^= 1;
    await refuse(changed, right);
  }
  for (const odd of ['', right.toUpperCase(), `sha256=${right}`, right.slice(1), `${right}0`, ` ${right} x`]) await refuse(body, odd);
  await refuse(body, undefined);
  const unknown = await tocsin.webhook({ resource: 'issue', body: new IssueBodies(randomUUID()).issue('created') });
  assert.equal(unknown.status, 401, 'an installation of nobody');
  refusals.add(unknown.text);
  assert.equal(refusals.size, 1, 'one uniform answer');
  assert.equal(await tocsin.value('select count(*) from tocsin.deliveries'), before, 'nothing was stored');
});

test('signatures in two headers or with another method are refused', async () => {
  const body = sentryJson(new IssueBodies(installation).issue('created'));
  const right = signature(body, APP.clientSecret);
  assert.equal((await tocsin.webhook({ resource: 'issue', body, headers: { 'Sentry-Hook-Signature': [right, right] } })).status, 401);
  const client = tocsin.client();
  const got = await client.get('/webhooks/sentry');
  assert.equal(got.status, 405);
  assert.match(got.headers.allow, /POST/);
});

test('what is no envelope is 400, what cannot be taken says so', async () => {
  for (const body of ['nonsense', '[]', '{}', '[0.00000000000000000001e-2147483639]', '{"action":"created"}', '{"action":"created","installation":{"uuid":"x"}}'])
    assert.equal((await tocsin.webhook({ resource: 'issue', body })).status, 400, body);
  const body = sentryJson(new IssueBodies(installation).issue('created'));
  const status = async (headers) => (await tocsin.webhook({ resource: 'issue', body, headers })).status;
  assert.equal(await status({ 'Content-Type': 'text/plain' }), 415);
  assert.equal(await status({ 'Content-Encoding': 'gzip' }), 415);
  assert.equal(await status({ 'Transfer-Encoding': 'chunked', 'Content-Length': undefined }), 501);
  assert.equal(await status({ 'Content-Length': String(6 * 1024 * 1024) }), 413);
});

test('a delivery without an issue id is kept as unreadable', async () => {
  const body = new IssueBodies(installation).issue('created');
  delete body.data.issue.id;
  const row = await deliver('issue', body);
  assert.equal(row.outcome, 'unreadable');
  assert.match(row.rule, /data\.issue\.id is missing/);
});

test('the resource header cannot turn one thing into another', async () => {
  const row = await deliver('comment', new IssueBodies(installation).issue('created'));
  assert.equal(row.outcome, 'ignored');
  assert.match(row.rule, /header says comment/);
});

test('installation.created of an installation that nobody has connected is kept, without its code', async () => {
  const uuid = randomUUID();
  const body = { action: 'created', installation: { uuid }, data: { installation: { uuid, status: 'pending', organization: { slug: 'empire-state' }, code: 'fake-grant-code' } } };
  const answer = await tocsin.webhook({ resource: 'installation', body });
  assert.equal(answer.status, 200);
  const [row] = await tocsin.sql('select * from tocsin.unclaimed_installations where installation_id = $1', [uuid]);
  assert.equal(row.sentry_org_slug, 'empire-state');
  assert.doesNotMatch(JSON.stringify(row), /fake-grant-code/);
  assert.equal(await tocsin.value('select count(*) from tocsin.integrations'), 1);
});

test('the reopen window is measured from the resolution', async () => {
  const bodies = new IssueBodies(installation);
  await deliver('issue', bodies.issue('created'));
  await deliver('issue', bodies.issue('resolved'));
  await tocsin.moveTime(8 * 24 * 3600);
  const row = await deliver('issue', bodies.issue('unresolved'));
  assert.equal(row.outcome, 'opened');
  const [old, fresh] = await incidentOf(bodies);
  assert.equal(fresh.previous_number, old.number);
});
