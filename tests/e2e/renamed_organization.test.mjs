// A Sentry organization gets another slug. Tocsin knows it by its id, and shows the new slug.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, connectInternal, connectOauth, control, createService, mapProject } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
let created;
let slug = 'northwind';
let renames = 0;
const integrations = {};
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2' } });
  await control(tocsin, 'oauth', { user_organizations: null });
  admin = await tocsin.signInAs('admin');
  integrations.public = await connect(tocsin, admin, tocsin.org);
  integrations.oauth = await connectOauth(tocsin, admin, tocsin.org);
  const internal = await connectInternal(tocsin, admin, tocsin.org);
  integrations.internal = internal.integration;
  created = internal.created;
});
after(() => tocsin?.stop());
afterEach(() => clearFaults(tocsin));

const path = (mode) => `${tocsin.org.path}/integrations/${integrations[mode].id}`;
const readNames = async (mode) => (await admin.get(path(mode))).json.sentry_org;

/** Renames the Sentry organization; another one takes its former slug. */
async function rename() {
  const former = slug;
  slug = `northwind-${++renames}`;
  await control(tocsin, `organizations/${former}/rename`, { slug, name: `Northwind ${renames}` });
  await control(tocsin, 'organizations', { slug: former });
}

for (const mode of ['public', 'oauth', 'internal']) {
  test(`${mode}: the projects are listed, and the new names are shown`, async () => {
    await rename();
    const projects = await admin.get(`${path(mode)}/projects`);
    assert.equal(projects.status, 200, projects.text);
    assert.ok(projects.json.items.some((project) => project.slug === 'checkout'));
    assert.deepEqual(await readNames(mode), { id: integrations[mode].sentry_org.id, slug, name: `Northwind ${renames}` });
  });

  test(`${mode}: the check of the connection passes`, async () => {
    await rename();
    const { checks } = (await admin.post(`${path(mode)}/test`)).json;
    assert.deepEqual(checks.filter(({ name, outcome }) => outcome === 'failed' && name !== 'webhooks'), []);
    assert.equal((await readNames(mode)).slug, slug);
  });

  test(`${mode}: Refresh now and Reconnect succeed, and the former slug is not stored again`, async () => {
    await rename();
    const refreshed = await admin.post(`${path(mode)}/refresh`);
    assert.equal(refreshed.json.status, 'connected', refreshed.text);
    const reconnected = await admin.post(`${path(mode)}/reconnect`);
    assert.equal(reconnected.json.integration?.status, 'connected', reconnected.text);
    assert.equal(reconnected.json.integration.sentry_org.slug, slug);
  });
}

test('the scheduler checks the token of an internal integration, and stores the new slug', async () => {
  await rename();
  await tocsin.sql("update tocsin.credentials set due_at = tocsin.now() where integration_id = $1", [integrations.internal.id]);
  await eventually(async () => (await readNames('internal')).slug === slug);
  assert.equal((await admin.get(path('internal'))).json.status, 'connected');
});

test('an internal integration reconnects with the slug that Tocsin shows, with the new one, and without one', async () => {
  for (const chosen of [() => slug, () => undefined, (shown) => shown]) {
    const { slug: shown } = await readNames('internal');
    await rename();
    const back = await admin.post(`${path('internal')}/reconnect`, { token: created.token, client_secret: created.client_secret, sentry_org: chosen(shown) });
    assert.equal(back.status, 200, back.text);
    assert.equal(back.json.integration.sentry_org.slug, slug);
  }
});

test('an issue in doubt is read, and its incident ends', async () => {
  await mapProject(admin, tocsin.org, integrations.public, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  const { issue } = await control(tocsin, `organizations/${slug}/issues`, { project: 'checkout' });
  const { number } = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
  await rename();
  await control(tocsin, 'settings', { webhook_url: 'http://127.0.0.1:9/lost' });
  await control(tocsin, `issues/${issue.id}/resolve`);
  await control(tocsin, 'settings', { webhook_url: `${tocsin.url}/webhooks/sentry` });
  const bodies = new IssueBodies(integrations.public.installation_id);
  bodies.id = issue.id;
  await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue('unresolved', { status: 'resolved' }) });
  await eventually(async () => (await admin.get(`${tocsin.org.path}/incidents/${number}`)).json.status === 'resolved');
});

test('while Sentry does not find the organization, an issue in doubt stays in doubt', async () => {
  const { issue } = await control(tocsin, `organizations/${slug}/issues`, { project: 'checkout' });
  const { number } = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 404, times: 0 });
  await control(tocsin, 'faults', { match: 'organization', kind: 'status', status: 404, times: 0 });
  await control(tocsin, 'settings', { webhook_url: 'http://127.0.0.1:9/lost' });
  await control(tocsin, `issues/${issue.id}/resolve`);
  await control(tocsin, 'settings', { webhook_url: `${tocsin.url}/webhooks/sentry` });
  const bodies = new IssueBodies(integrations.public.installation_id);
  bodies.id = issue.id;
  await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue('unresolved', { status: 'resolved' }) });
  await eventually(async () => (await tocsin.value('select count(*) from tocsin.reconcile_requests where tries > 0')) === 1);
  assert.equal((await admin.get(`${tocsin.org.path}/incidents/${number}`)).json.status, 'open');
  await clearFaults(tocsin);
  await tocsin.sql('update tocsin.reconcile_requests set due_at = tocsin.now()');
  await eventually(async () => (await admin.get(`${tocsin.org.path}/incidents/${number}`)).json.status === 'resolved');
});
