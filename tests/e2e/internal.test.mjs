// An internal integration: what an admin pastes is verified with Sentry, its webhooks come to a URL of its own, and a token that Sentry
// stops taking is said to be so.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connectInternal, control, createService, mapProject } from '../support/story.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2' } });
  admin = await tocsin.signedIn('admin');
});
after(() => tocsin?.stop());
beforeEach(() => control(tocsin, 'faults', undefined, 'DELETE'));

const path = (integration) => `${tocsin.org.path}/integrations/${integration.id}`;
const read = async (integration) => (await admin.get(path(integration))).json;
const lastOutcome = async () => (await admin.get(`${tocsin.org.path}/deliveries?limit=1`)).json.items[0].outcome;

test('what is pasted connects at once, and its webhooks open incidents', async () => {
  const { made, integration } = await connectInternal(tocsin, admin, tocsin.org);
  assert.deepEqual(
    [integration.mode, integration.status, integration.sentry_org.slug, integration.webhook_secret_set, integration.remedy],
    ['internal', 'connected', 'northwind', true, null],
  );
  assert.deepEqual([integration.scopes, integration.missing_scopes], [['org:read', 'project:read', 'event:read'], []], 'what was tried');
  assert.deepEqual([integration.credential.expires_at, integration.credential.next_refresh_at], [null, null], 'nothing expires');
  assert.ok(integration.webhook_url.endsWith(`/webhooks/sentry/${integration.id}`));
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  await control(tocsin, 'settings', { app: made.slug, webhook_url: integration.webhook_url });
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks.find((one) => one.installation === made.uuid).status, 200, JSON.stringify(webhooks));
  assert.equal(await lastOutcome(), 'opened');
  const checks = (await admin.post(`${path(integration)}/test`)).json.checks;
  assert.deepEqual(checks.map((one) => [one.name, one.outcome]).filter(([, outcome]) => outcome === 'failed'), []);

  // Disconnect: token and secret are gone, and what is sent is refused like anything unknown.
  assert.equal((await admin.post(`${path(integration)}/disconnect`)).json.credential, null);
  const after = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(after.webhooks.find((one) => one.installation === made.uuid).status, 401);
  const needs = await admin.post(`${path(integration)}/reconnect`, { token: made.token });
  assert.equal(needs.json.errors[0].path, 'client_secret', needs.text);
  const back = await admin.post(`${path(integration)}/reconnect`, { token: made.token, client_secret: made.client_secret });
  assert.deepEqual([back.status, back.json.authorize_url, back.json.integration.status, back.json.integration.id], [200, null, 'connected', integration.id]);
  assert.deepEqual((await admin.get(`${path(integration)}/mappings`)).json.items.map((one) => one.active), [true]);
  await admin.post(`${path(integration)}/disconnect`);
});

test('what Sentry does not take is refused at its field, and nothing is stored', async () => {
  const made = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  const lean = await control(tocsin, 'internal-integrations', { organization: 'northwind', scopes: ['project:read'] });
  const body = { mode: 'internal', token: made.token, client_secret: made.client_secret, sentry_org: 'northwind' };
  const before = await tocsin.value('select count(*) from tocsin.integrations');
  for (const [change, status, field] of [
    [{ token: 'fake-token-that-is-unknown' }, 422, 'token'],
    [{ token: lean.token }, 422, 'token'],
    [{ sentry_org: 'nowhere' }, 422, 'sentry_org'],
    [{ sentry_org: 'empire-state' }, 422, 'token'],
    [{ token: undefined }, 400, 'token'],
    [{ token: 'short' }, 400, 'token'],
    [{ client_secret: 12 }, 400, 'client_secret'],
    [{ surprise: true }, 400, 'surprise'],
  ]) {
    const answer = await admin.post(`${tocsin.org.path}/integrations`, { ...body, ...change });
    assert.equal(answer.status, status, `${JSON.stringify(change)}: ${answer.text}`);
    assert.equal(answer.json.errors[0].path, field, answer.text);
    assert.doesNotMatch(answer.text, new RegExp(made.token));
  }
  await control(tocsin, 'faults', { match: 'organization', kind: 'status', status: 503 });
  assert.equal((await admin.post(`${tocsin.org.path}/integrations`, body)).status, 503);
  assert.equal(await tocsin.value('select count(*) from tocsin.integrations'), before);
});

test('a token that was revoked degrades, then disconnects; webhooks go on, and a new token reconnects', async () => {
  const { made, integration } = await connectInternal(tocsin, admin, tocsin.org);
  await control(tocsin, 'settings', { app: made.slug, webhook_url: integration.webhook_url });
  assert.equal((await admin.post(`${path(integration)}/refresh`)).json.status, 'connected', 'Refresh now asks whether Sentry takes it');
  await control(tocsin, `installations/${made.uuid}/token`, undefined, 'DELETE');
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 422);
  const dead = await eventually(async () => {
    const now = await read(integration);
    return now.status === 'disconnected' && now;
  });
  assert.equal(dead.status_reason, 'refused');
  assert.match(dead.remedy, /new one/);
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks.find((one) => one.installation === made.uuid).status, 200, 'a dead token never silences a page');
  const refused = await admin.post(`${path(integration)}/reconnect`);
  assert.deepEqual([refused.status, refused.json.code], [422, 'sentry_refused']);
  const { token } = await control(tocsin, `internal-integrations/${made.uuid}/token`);
  const back = await admin.post(`${path(integration)}/reconnect`, { token });
  assert.equal(back.json.integration?.status, 'connected', back.text);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);

  // A token of another Sentry organization is refused by name, unless it is meant.
  const other = await control(tocsin, 'internal-integrations', { organization: 'empire-state' });
  const elsewhere = { token: other.token, client_secret: other.client_secret, sentry_org: 'empire-state' };
  const named = await admin.post(`${path(integration)}/reconnect`, elsewhere);
  assert.equal(named.json.code, 'other_organization', named.text);
  assert.match(named.json.detail, /Northwind Traders.*Empire State/);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200, 'the token that was there is still used');
  const meant = await admin.post(`${path(integration)}/reconnect`, { ...elsewhere, allow_other_organization: true });
  assert.equal(meant.json.integration.sentry_org.slug, 'empire-state');
});

test('a permission that was added in Sentry is seen by reconnecting with the same token', async () => {
  const { made, integration } = await connectInternal(tocsin, admin, tocsin.org, { scopes: ['org:read', 'project:read'] });
  assert.deepEqual(integration.missing_scopes.map((one) => one.scope), ['event:read']);
  assert.ok(integration.missing_scopes[0].without.length > 10, 'and says what does not work without it');
  await control(tocsin, 'settings', { app: made.slug, scopes: ['org:read', 'project:read', 'event:read'] });
  const back = await admin.post(`${path(integration)}/reconnect`, { token: made.token });
  assert.equal(back.status, 200, back.text);
  assert.deepEqual([back.json.integration.status, back.json.integration.missing_scopes], ['connected', []]);
  await admin.post(`${path(integration)}/disconnect`);
});

test('a Sentry organization that another organization has is refused', async () => {
  await connectInternal(tocsin, admin, tocsin.org);
  const other = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signedIn('admin', other);
  const made = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  const answer = await theirs.post(`${other.path}/integrations`, {
    mode: 'internal', token: made.token, client_secret: made.client_secret, sentry_org: 'northwind',
  });
  assert.deepEqual([answer.status, answer.json.code], [409, 'already_claimed']);
  assert.doesNotMatch(answer.text, /acme/i);
  assert.equal((await theirs.get(`${other.path}/integrations`)).json.items.length, 0);
});

test('an uninstall at Sentry ends it', async () => {
  const { made, integration } = await connectInternal(tocsin, admin, tocsin.org);
  const { IssueBodies } = await import('../support/story.mjs');
  const answer = await tocsin.webhook({
    resource: 'installation', body: new IssueBodies(made.uuid).uninstalled(), secret: made.client_secret,
    path: new URL(integration.webhook_url).pathname,
  });
  assert.equal(answer.status, 200);
  const now = await read(integration);
  assert.deepEqual([now.status, now.status_reason, now.credential], ['disconnected', 'uninstalled', null]);
});

test('what is signed with its secret but is no webhook is refused, and kept', async () => {
  const { made, integration } = await connectInternal(tocsin, admin, tocsin.org);
  const rejected = async () => Number(/tocsin_webhook_rejected_total\{reason="envelope"\} (\d+)/.exec((await tocsin.client({ base: tocsin.adminUrl }).get('/metrics')).text)?.[1] ?? 0);
  const before = await rejected();
  for (const body of ['nonsense', '{"action":"created"}', Buffer.from([0x7b, 0x00, 0xff])]) {
    const answer = await tocsin.webhook({ path: `/webhooks/sentry/${integration.id}`, resource: 'issue', secret: made.client_secret, body });
    assert.equal(answer.status, 400, answer.text);
    const [row] = await tocsin.sql('select outcome, rule, body, integration_id from tocsin.deliveries order by delivery_id desc limit 1');
    assert.deepEqual([row.outcome, row.integration_id, Buffer.from(row.body)], ['unreadable', integration.id, Buffer.from(body)]);
    assert.ok(row.rule.length > 10);
  }
  assert.equal(await rejected(), before);
});
