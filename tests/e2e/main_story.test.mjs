// The main job: connect over OAuth, map a project, and Sentry's signed webhooks open, update, resolve and reopen incidents that are
// rows in PostgreSQL, where people handle them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject } from '../support/story.mjs';

let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
});
after(() => tocsin?.stop());

const incidentsInDatabase = () => tocsin.sql('select number, status, resolution, occurrences, severity from tocsin.incidents order by number');

test('an admin connects the Sentry organization that was installed on', async () => {
  integration = await connect(tocsin, admin, tocsin.org);
  assert.equal(integration.mode, 'public');
  assert.equal(integration.status_reason, 'ok');
  assert.equal(integration.remedy, null);
  assert.equal(integration.sentry_org.slug, 'northwind');
  assert.ok(integration.scopes.includes('event:read'));
  assert.equal(integration.webhook_url, `${tocsin.url}/webhooks/sentry`);
  assert.ok(Date.parse(integration.credential.next_refresh_at) < Date.parse(integration.credential.expires_at));

  const { installations } = await control(tocsin, 'state', undefined, 'GET');
  assert.deepEqual(installations.map((one) => [one.uuid, one.status]), [[integration.installation_id, 'installed']], 'Sentry was told');
  const [row] = await tocsin.sql('select access_token_sealed, refresh_token_sealed from tocsin.credentials');
  assert.ok(row.access_token_sealed.length > 64);
  assert.ok(row.refresh_token_sealed.length > 64);
});

test('its projects are listed, and one is mapped', async () => {
  const projects = await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`);
  assert.equal(projects.status, 200, projects.text);
  const checkout = projects.json.items.find((project) => project.slug === 'checkout');
  assert.equal(checkout.mapping, null);
  const service = await createService(admin, tocsin.org, 'checkout');
  const mapping = await mapProject(admin, tocsin.org, integration, 'checkout', service);
  assert.equal(mapping.sentry_project.id, checkout.id);
  assert.equal(mapping.service.slug, 'checkout');
});

test('a new issue opens, an event updates, resolving resolves, a regression reopens', async () => {
  const { issue, webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'error', title: 'TypeError: no total' });
  assert.deepEqual(webhooks.map((one) => [one.resource, one.action, one.status]), [['issue', 'created', 200]]);
  assert.deepEqual(await incidentsInDatabase(), [{ number: 1, status: 'open', resolution: null, occurrences: 1, severity: 'error' }]);

  await control(tocsin, `issues/${issue.id}/events`, { environment: 'production', rule: 'Errors in production' });
  assert.equal((await incidentsInDatabase())[0].occurrences, 2);

  await control(tocsin, `issues/${issue.id}/resolve`);
  assert.deepEqual((await incidentsInDatabase()).map((one) => [one.status, one.resolution]), [['resolved', 'sentry']]);

  await control(tocsin, `issues/${issue.id}/unresolve`);
  assert.deepEqual((await incidentsInDatabase()).map((one) => [one.status, one.resolution]), [['open', null]]);

  const incident = (await admin.get(`${tocsin.org.path}/incidents/1`)).json;
  assert.equal(incident.title, 'TypeError: no total');
  assert.equal(incident.environment, 'production');
  assert.equal(incident.reopened_count, 1);
  assert.equal(incident.source.sentry_id, issue.id);
  const timeline = (await admin.get(`${tocsin.org.path}/incidents/1/timeline`)).json.items;
  assert.deepEqual(timeline.map((entry) => entry.kind), ['opened', 'alert_attached', 'resolved', 'reopened']);
  assert.ok(timeline.every((entry) => entry.actor.type === 'sentry' && entry.delivery_id));
});

test('people acknowledge, note, resolve and reopen; what is impossible says why', async () => {
  const responder = await tocsin.signedIn('responder');
  const one = `${tocsin.org.path}/incidents/1`;
  assert.equal((await responder.post(`${one}/acknowledge`, { note: 'looking' })).json.status, 'acknowledged');
  assert.equal((await responder.post(`${one}/acknowledge`)).status, 200, 'acknowledging again changes nothing');
  assert.equal((await responder.post(`${one}/notes`, { text: 'the payment gateway is down' })).status, 201);
  const resolved = await responder.post(`${one}/resolve`, {});
  assert.equal(resolved.json.resolution, 'person');
  const refused = await responder.post(`${one}/acknowledge`);
  assert.equal(refused.status, 409);
  assert.equal(refused.json.code, 'illegal_transition');
  assert.match(refused.json.detail, /reopen/);
  assert.equal((await responder.post(`${one}/reopen`)).json.status, 'open');

  const entries = (await responder.get(`${one}/timeline`)).json.items.filter((entry) => entry.actor.type === 'user');
  assert.deepEqual(entries.map((entry) => [entry.kind, entry.text]), [
    ['acknowledged', 'looking'],
    ['noted', 'the payment gateway is down'],
    ['resolved', null],
    ['reopened', null],
  ]);

  const viewer = await tocsin.signedIn('viewer');
  assert.equal((await viewer.get(one)).status, 200);
  assert.equal((await viewer.post(`${one}/acknowledge`)).status, 403);
});

test('an unmapped project is kept, counted and shown', async () => {
  await control(tocsin, 'organizations/northwind/issues', { project: 'storefront' });
  const { items } = (await admin.get(`${tocsin.org.path}/unmapped`)).json;
  assert.deepEqual(items.map((item) => [item.project.slug, item.deliveries]), [['storefront', 1]]);
  const deliveries = (await admin.get(`${tocsin.org.path}/deliveries?outcome=unmapped`)).json.items;
  assert.equal(deliveries.length, 1);
  const detail = (await admin.get(`${tocsin.org.path}/deliveries/${deliveries[0].id}`)).json;
  assert.match(detail.rule, /not mapped/);
  assert.equal(JSON.parse(detail.body).action, 'created');
});

test('incidents are filtered, searched and paged', async () => {
  const service = await createService(admin, tocsin.org, 'api');
  await mapProject(admin, tocsin.org, integration, 'storefront', service, { severity: 'warning' });
  for (const title of ['KeyError: one', 'KeyError: two', 'ValueError: three'])
    await control(tocsin, 'organizations/northwind/issues', { project: 'storefront', title });
  const list = async (query) => (await admin.get(`${tocsin.org.path}/incidents?${query}`)).json;
  const numbers = async (query) => (await list(query)).items.map((one) => one.number);
  assert.deepEqual(await numbers('service=api'), [4, 3, 2]);
  assert.deepEqual(await numbers('severity=warning&status=open'), [4, 3, 2]);
  assert.deepEqual(await numbers('q=KeyError'), [3, 2]);
  assert.deepEqual(await numbers('q=%233'), [3]);
  assert.deepEqual(await numbers(`integration=${integration.id}&limit=200`), [4, 3, 2, 1]);
  const first = await list('limit=3');
  assert.deepEqual(first.items.map((one) => one.number), [4, 3, 2]);
  const second = await list(`limit=3&cursor=${first.next_cursor}`);
  assert.deepEqual(second.items.map((one) => one.number), [1]);
  assert.equal(second.next_cursor, null);
  for (const wrong of ['status=closed', 'limit=0', 'cursor=nonsense', 'since=yesterday']) {
    const answer = await admin.get(`${tocsin.org.path}/incidents?${wrong}`);
    assert.equal(answer.status, 400, wrong);
    assert.equal(answer.json.code, 'invalid');
  }
});

test('a paused mapping stores and does nothing', async () => {
  const mappings = (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/mappings`)).json.items;
  const paused = mappings.find((one) => one.sentry_project.slug === 'storefront');
  const path = `${tocsin.org.path}/integrations/${integration.id}/mappings/${paused.id}`;
  assert.equal((await admin.patch(path, { active: false })).json.active, false);
  const before = (await incidentsInDatabase()).length;
  await control(tocsin, 'organizations/northwind/issues', { project: 'storefront' });
  assert.equal((await incidentsInDatabase()).length, before);
  assert.equal((await admin.get(`${tocsin.org.path}/deliveries`)).json.items[0].outcome, 'inactive');
  const inUse = await admin.delete(`${tocsin.org.path}/services/${paused.service.id}`);
  assert.equal(inUse.json.code, 'in_use');
});

test('uninstalling in Sentry disconnects, and what comes later has no effect', async () => {
  const { installation_id: uuid } = integration;
  await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
  const gone = await eventually(async () => {
    const now = (await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json;
    return now.status === 'disconnected' && now;
  });
  assert.equal(gone.status_reason, 'uninstalled');
  assert.match(gone.remedy, /Connect it again/);
  assert.equal(gone.credential, null);
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials'), 0);

  const late = await tocsin.webhook({ resource: 'issue', body: { action: 'created', installation: { uuid }, data: { issue: { id: '1', project: { id: '2' } } } } });
  assert.equal(late.status, 200, late.text);
  assert.equal((await admin.get(`${tocsin.org.path}/deliveries`)).json.items[0].outcome, 'inactive');
});

test('metrics tell what happened, without naming organizations', async () => {
  const admins = tocsin.client({ base: tocsin.adminUrl });
  // The scheduler counts by itself, first within a second of the start.
  const metrics = await eventually(async () => {
    const { text } = await admins.get('/metrics');
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
