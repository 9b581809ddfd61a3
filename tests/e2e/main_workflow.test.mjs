// The main workflow: connect over OAuth and map a project; then signed webhooks open, update, resolve, and reopen incidents, and people
// handle them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject, sandboxState } from '../support/steps.mjs';

let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());

const readIncidents = () => tocsin.sql('select number, status, resolution, occurrences, severity from tocsin.incidents order by number');

test('an admin connects a Sentry organization', async () => {
  integration = await connect(tocsin, admin, tocsin.org);
  assert.equal(integration.mode, 'public');
  assert.equal(integration.status_reason, 'ok');
  assert.equal(integration.remedy, null);
  assert.equal(integration.sentry_org.slug, 'northwind');
  assert.ok(integration.scopes.includes('event:read'));
  assert.equal(integration.webhook_url, `${tocsin.url}/webhooks/sentry`);
  assert.ok(Date.parse(integration.credential.next_refresh_at) < Date.parse(integration.credential.expires_at));

  const { installations } = await sandboxState(tocsin);
  assert.deepEqual(installations.map((installation) => [installation.uuid, installation.status]), [[integration.installation_id, 'installed']], 'the installation was reported as complete');
  const [row] = await tocsin.sql('select access_token_sealed, refresh_token_sealed from tocsin.credentials');
  assert.ok(row.access_token_sealed.length > 64);
  assert.ok(row.refresh_token_sealed.length > 64);
});

test('the projects are listed, and a project is mapped', async () => {
  const projects = await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`);
  assert.equal(projects.status, 200, projects.text);
  const checkout = projects.json.items.find((project) => project.slug === 'checkout');
  assert.equal(checkout.mapping, null);
  const service = await createService(admin, tocsin.org, 'checkout');
  const mapping = await mapProject(admin, tocsin.org, integration, 'checkout', service);
  assert.equal(mapping.sentry_project.id, checkout.id);
  assert.equal(mapping.service.slug, 'checkout');
});

test('a new issue opens an incident, an event updates it, resolving resolves it, and a regression reopens it', async () => {
  const { issue, webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'error', title: 'TypeError: no total' });
  assert.deepEqual(webhooks.map((webhook) => [webhook.resource, webhook.action, webhook.status]), [['issue', 'created', 200]]);
  assert.deepEqual(await readIncidents(), [{ number: 1, status: 'open', resolution: null, occurrences: 1, severity: 'error' }]);

  await control(tocsin, `issues/${issue.id}/events`, { environment: 'production', rule: 'Errors in production' });
  assert.equal((await readIncidents())[0].occurrences, 2);

  await control(tocsin, `issues/${issue.id}/resolve`);
  assert.deepEqual((await readIncidents()).map((item) => [item.status, item.resolution]), [['resolved', 'sentry']]);

  await control(tocsin, `issues/${issue.id}/unresolve`);
  assert.deepEqual((await readIncidents()).map((item) => [item.status, item.resolution]), [['open', null]]);

  const incident = (await admin.get(`${tocsin.org.path}/incidents/1`)).json;
  assert.equal(incident.title, 'TypeError: no total');
  assert.equal(incident.environment, 'production');
  assert.equal(incident.reopened_count, 1);
  assert.equal(incident.source.sentry_id, issue.id);
  const timeline = (await admin.get(`${tocsin.org.path}/incidents/1/timeline`)).json.items;
  assert.deepEqual(timeline.map((entry) => entry.kind), ['opened', 'alert_attached', 'resolved', 'reopened']);
  assert.ok(timeline.every((entry) => entry.actor.type === 'sentry' && entry.delivery_id));
});

test('people acknowledge, add notes, resolve, and reopen; an impossible transition is refused with a reason', async () => {
  const responder = await tocsin.signInAs('responder');
  const path = `${tocsin.org.path}/incidents/1`;
  assert.equal((await responder.post(`${path}/acknowledge`, { note: 'looking' })).json.status, 'acknowledged');
  assert.equal((await responder.post(`${path}/acknowledge`)).status, 200, 'acknowledging again changes nothing');
  assert.equal((await responder.post(`${path}/notes`, { text: 'the payment gateway is down' })).status, 201);
  const resolved = await responder.post(`${path}/resolve`, {});
  assert.equal(resolved.json.resolution, 'person');
  const refused = await responder.post(`${path}/acknowledge`);
  assert.equal(refused.status, 409);
  assert.equal(refused.json.code, 'illegal_transition');
  assert.match(refused.json.detail, /Reopen/);
  assert.equal((await responder.post(`${path}/reopen`)).json.status, 'open');

  const entries = (await responder.get(`${path}/timeline`)).json.items.filter((entry) => entry.actor.type === 'user');
  assert.deepEqual(entries.map((entry) => [entry.kind, entry.text]), [
    ['acknowledged', 'looking'],
    ['noted', 'the payment gateway is down'],
    ['resolved', null],
    ['reopened', null],
  ]);

  const viewer = await tocsin.signInAs('viewer');
  assert.equal((await viewer.get(path)).status, 200);
  assert.equal((await viewer.post(`${path}/acknowledge`)).status, 403);
});

test('deliveries of an unmapped project are stored, counted, and shown', async () => {
  await control(tocsin, 'organizations/northwind/issues', { project: 'storefront' });
  const { items } = (await admin.get(`${tocsin.org.path}/unmapped`)).json;
  assert.deepEqual(items.map((item) => [item.project.slug, item.deliveries]), [['storefront', 1]]);
  const deliveries = (await admin.get(`${tocsin.org.path}/deliveries?outcome=unmapped`)).json.items;
  assert.equal(deliveries.length, 1);
  const detail = (await admin.get(`${tocsin.org.path}/deliveries/${deliveries[0].id}`)).json;
  assert.match(detail.rule, /not mapped/);
  assert.equal(JSON.parse(detail.body).action, 'created');
});

test('incidents are filtered, searched, and paged', async () => {
  const service = await createService(admin, tocsin.org, 'api');
  await mapProject(admin, tocsin.org, integration, 'storefront', service, { severity: 'warning' });
  for (const title of ['KeyError: one', 'KeyError: two', 'ValueError: three'])
    await control(tocsin, 'organizations/northwind/issues', { project: 'storefront', title });
  const list = async (query) => (await admin.get(`${tocsin.org.path}/incidents?${query}`)).json;
  const numbers = async (query) => (await list(query)).items.map((item) => item.number);
  assert.deepEqual(await numbers('service=api'), [4, 3, 2]);
  assert.deepEqual(await numbers('severity=warning&status=open'), [4, 3, 2]);
  assert.deepEqual(await numbers('q=KeyError'), [3, 2]);
  assert.deepEqual(await numbers('q=%233'), [3]);
  assert.deepEqual(await numbers(`integration=${integration.id}&limit=200`), [4, 3, 2, 1]);
  const first = await list('limit=3');
  assert.deepEqual(first.items.map((item) => item.number), [4, 3, 2]);
  const second = await list(`limit=3&cursor=${first.next_cursor}`);
  assert.deepEqual(second.items.map((item) => item.number), [1]);
  assert.equal(second.next_cursor, null);
  for (const invalid of ['status=closed', 'limit=0', 'cursor=nonsense', 'since=yesterday']) {
    const response = await admin.get(`${tocsin.org.path}/incidents?${invalid}`);
    assert.equal(response.status, 400, invalid);
    assert.equal(response.json.code, 'invalid');
  }
});

test('deliveries of a paused mapping are stored without effect', async () => {
  const mappings = (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/mappings`)).json.items;
  const paused = mappings.find((mapping) => mapping.sentry_project.slug === 'storefront');
  const path = `${tocsin.org.path}/integrations/${integration.id}/mappings/${paused.id}`;
  assert.equal((await admin.patch(path, { active: false })).json.active, false);
  const before = (await readIncidents()).length;
  await control(tocsin, 'organizations/northwind/issues', { project: 'storefront' });
  assert.equal((await readIncidents()).length, before);
  assert.equal((await admin.get(`${tocsin.org.path}/deliveries`)).json.items[0].outcome, 'inactive');
  const inUse = await admin.delete(`${tocsin.org.path}/services/${paused.service.id}`);
  assert.equal(inUse.json.code, 'in_use');
});

test('uninstalling in Sentry disconnects the integration, and later webhooks have no effect', async () => {
  const { installation_id: uuid } = integration;
  await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
  const disconnected = await eventually(async () => {
    const now = (await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json;
    return now.status === 'disconnected' && now;
  });
  assert.equal(disconnected.status_reason, 'uninstalled');
  assert.match(disconnected.remedy, /Connect it again/);
  assert.equal(disconnected.credential, null);
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials'), 0);

  const late = await tocsin.sendWebhook({ resource: 'issue', body: { action: 'created', installation: { uuid }, data: { issue: { id: '1', project: { id: '2' } } } } });
  assert.equal(late.status, 200, late.text);
  assert.equal((await admin.get(`${tocsin.org.path}/deliveries`)).json.items[0].outcome, 'inactive');
});

test('the metrics count all of this without naming organizations', async () => {
  // A job counts integrations and incidents, first within a second of the start.
  const metrics = await eventually(async () => {
    const text = await tocsin.metrics();
    return /tocsin_integrations\{/.test(text) && text;
  });
  assert.match(metrics, /tocsin_webhook_deliveries_total\{outcome="opened",resource="issue"\} [1-9]/);
  assert.match(metrics, /tocsin_incident_transitions_total\{by="person",to="acknowledged"\} 1/);
  assert.match(metrics, /tocsin_ingest_batch_size_count [1-9]/);
  assert.match(metrics, /tocsin_integrations\{status="connected"\} \d/);
  assert.match(metrics, /tocsin_incidents\{status="open"\} \d/);
  assert.match(metrics, /tocsin_incidents\{status="resolved"\} \d/);
  assert.doesNotMatch(metrics, /acme|northwind|checkout/);
});
