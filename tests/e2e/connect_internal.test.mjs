// An internal integration: Tocsin verifies the pasted token with Sentry, receives webhooks at the integration's own URL, and reports a
// revoked token.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connectInternal, control, createService, mapProject } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2' } });
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());
beforeEach(() => clearFaults(tocsin));

const path = (integration) => `${tocsin.org.path}/integrations/${integration.id}`;
const read = async (integration) => (await admin.get(path(integration))).json;
const lastOutcome = async () => (await admin.get(`${tocsin.org.path}/deliveries?limit=1`)).json.items[0].outcome;

test('a pasted token connects at once, and webhooks open incidents', async () => {
  const { created, integration } = await connectInternal(tocsin, admin, tocsin.org);
  assert.deepEqual(
    [integration.mode, integration.status, integration.sentry_org.slug, integration.webhook_secret_set, integration.remedy],
    ['internal', 'connected', 'northwind', true, null],
  );
  assert.deepEqual([integration.scopes, integration.missing_scopes], [['org:read', 'project:read', 'event:read'], []], 'the scopes that Tocsin tried');
  assert.deepEqual([integration.credential.expires_at, integration.credential.next_refresh_at], [null, null], 'the token does not expire');
  assert.ok(integration.webhook_url.endsWith(`/webhooks/sentry/${integration.id}`));
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  await control(tocsin, 'settings', { app: created.slug, webhook_url: integration.webhook_url });
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks.find((webhook) => webhook.installation === created.uuid).status, 200, JSON.stringify(webhooks));
  assert.equal(await lastOutcome(), 'opened');
  const checks = (await admin.post(`${path(integration)}/test`)).json.checks;
  assert.deepEqual(checks.map((check) => [check.name, check.outcome]).filter(([, outcome]) => outcome === 'failed'), []);

  // Disconnecting deletes token and secret; webhooks are then refused as for an unknown integration.
  assert.equal((await admin.post(`${path(integration)}/disconnect`)).json.credential, null);
  const afterDisconnect = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(afterDisconnect.webhooks.find((webhook) => webhook.installation === created.uuid).status, 401);
  const withoutSecret = await admin.post(`${path(integration)}/reconnect`, { token: created.token });
  assert.equal(withoutSecret.json.errors[0].path, 'client_secret', withoutSecret.text);
  const back = await admin.post(`${path(integration)}/reconnect`, { token: created.token, client_secret: created.client_secret });
  assert.deepEqual([back.status, back.json.authorize_url, back.json.integration.status, back.json.integration.id], [200, null, 'connected', integration.id]);
  assert.deepEqual((await admin.get(`${path(integration)}/mappings`)).json.items.map((item) => item.active), [true]);
  await admin.post(`${path(integration)}/disconnect`);
});

test('a rejected token, secret, or organization is reported by field, and nothing is stored', async () => {
  const created = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  const withoutScopes = await control(tocsin, 'internal-integrations', { organization: 'northwind', scopes: ['project:read'] });
  const body = { mode: 'internal', token: created.token, client_secret: created.client_secret, sentry_org: 'northwind' };
  const before = await tocsin.value('select count(*) from tocsin.integrations');
  for (const [change, status, field] of [
    [{ token: 'fake-token-that-is-unknown' }, 422, 'token'],
    [{ token: withoutScopes.token }, 422, 'token'],
    [{ sentry_org: 'nowhere' }, 422, 'sentry_org'],
    [{ sentry_org: 'empire-state' }, 422, 'token'],
    [{ token: undefined }, 400, 'token'],
    [{ token: 'short' }, 400, 'token'],
    [{ client_secret: 12 }, 400, 'client_secret'],
    [{ surprise: true }, 400, 'surprise'],
  ]) {
    const response = await admin.post(`${tocsin.org.path}/integrations`, { ...body, ...change });
    assert.equal(response.status, status, `${JSON.stringify(change)}: ${response.text}`);
    assert.equal(response.json.errors[0].path, field, response.text);
    assert.doesNotMatch(response.text, new RegExp(created.token));
  }
  await control(tocsin, 'faults', { match: 'organization', kind: 'status', status: 503 });
  assert.equal((await admin.post(`${tocsin.org.path}/integrations`, body)).status, 503);
  assert.equal(await tocsin.value('select count(*) from tocsin.integrations'), before);
});

test('spaces and line ends around pasted values do not matter, and what no header can hold is reported by field', async () => {
  const created = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  const body = { mode: 'internal', token: ` ${created.token}\n`, client_secret: `\t${created.client_secret}\r\n`, sentry_org: '\u00A0northwind ' };
  for (const field of ['token', 'client_secret', 'sentry_org'])
    for (const wrong of ['fake inner space 0000', 'fake-line\nbreak-0000', 'fake-töken-00000000', 'fake-nul\u0001-00000000']) {
      const response = await admin.post(`${tocsin.org.path}/integrations`, { ...body, [field]: wrong });
      assert.deepEqual([response.status, response.json.errors.map((error) => error.path)], [400, [field]], `${field} ${JSON.stringify(wrong)}: ${response.text}`);
    }
  const connected = await admin.post(`${tocsin.org.path}/integrations`, body);
  assert.equal(connected.status, 201, connected.text);
  const { integration } = connected.json;
  await control(tocsin, 'settings', { app: created.slug, webhook_url: integration.webhook_url });
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks.find((webhook) => webhook.installation === created.uuid).status, 200, 'the client secret was trimmed');
  const back = await admin.post(`${path(integration)}/reconnect`, { token: `${created.token}\r\n`, sentry_org: 'northwind\n' });
  assert.equal(back.json.integration?.status, 'connected', back.text);
  const replaced = await admin.request('PATCH', path(integration), { json: { webhook_secret: ` ${created.client_secret}\n` } });
  assert.equal(replaced.status, 200, replaced.text);
  assert.equal((await admin.post(`${tocsin.org.path}/services`, { slug: ' pasted\n', name: 'Pasted' })).json.slug, 'pasted');
  const listed = await tocsin.cli(['integration', 'list', '--org', ` ${tocsin.org.slug}\n`, '--json']);
  assert.ok(JSON.parse(listed.stdout).some((each) => each.id === integration.id));
  await admin.post(`${path(integration)}/disconnect`);
});

test('a revoked token degrades and then disconnects the integration; webhooks still work, and a new token reconnects', async () => {
  const { created, integration } = await connectInternal(tocsin, admin, tocsin.org);
  await control(tocsin, 'settings', { app: created.slug, webhook_url: integration.webhook_url });
  assert.equal((await admin.post(`${path(integration)}/refresh`)).json.status, 'connected', 'Refresh now checks the token');
  await control(tocsin, `installations/${created.uuid}/token`, undefined, 'DELETE');
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 422);
  const disconnected = await eventually(async () => {
    const now = await read(integration);
    return now.status === 'disconnected' && now;
  });
  assert.equal(disconnected.status_reason, 'refused');
  assert.match(disconnected.remedy, /new one/);
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks.find((webhook) => webhook.installation === created.uuid).status, 200, 'webhooks are processed without a valid token');
  const refused = await admin.post(`${path(integration)}/reconnect`);
  assert.deepEqual([refused.status, refused.json.code], [422, 'sentry_refused']);
  const { token } = await control(tocsin, `internal-integrations/${created.uuid}/token`);
  const back = await admin.post(`${path(integration)}/reconnect`, { token });
  assert.equal(back.json.integration?.status, 'connected', back.text);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);

  // A token of another Sentry organization is refused with both names, unless explicitly allowed.
  const other = await control(tocsin, 'internal-integrations', { organization: 'empire-state' });
  const elsewhere = { token: other.token, client_secret: other.client_secret, sentry_org: 'empire-state' };
  const refusedOrganization = await admin.post(`${path(integration)}/reconnect`, elsewhere);
  assert.equal(refusedOrganization.json.code, 'other_organization', refusedOrganization.text);
  assert.match(refusedOrganization.json.detail, /Northwind Traders.*Empire State/);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200, 'the previous token is still used');
  const allowed = await admin.post(`${path(integration)}/reconnect`, { ...elsewhere, allow_other_organization: true });
  assert.equal(allowed.json.integration.sentry_org.slug, 'empire-state');
});

test('reconnecting with the same token detects a permission that was added in Sentry', async () => {
  const { created, integration } = await connectInternal(tocsin, admin, tocsin.org, { scopes: ['org:read', 'project:read'] });
  assert.deepEqual(integration.missing_scopes.map((scope) => scope.scope), ['event:read']);
  assert.ok(integration.missing_scopes[0].without.length > 10, 'the reason says what does not work');
  await control(tocsin, 'settings', { app: created.slug, scopes: ['org:read', 'project:read', 'event:read'] });
  const back = await admin.post(`${path(integration)}/reconnect`, { token: created.token });
  assert.equal(back.status, 200, back.text);
  assert.deepEqual([back.json.integration.status, back.json.integration.missing_scopes], ['connected', []]);
  await admin.post(`${path(integration)}/disconnect`);
});

test('a Sentry organization that another organization has claimed is refused', async () => {
  await connectInternal(tocsin, admin, tocsin.org);
  const other = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signInAs('admin', other);
  const created = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  const response = await theirs.post(`${other.path}/integrations`, {
    mode: 'internal', token: created.token, client_secret: created.client_secret, sentry_org: 'northwind',
  });
  assert.deepEqual([response.status, response.json.code], [409, 'already_claimed']);
  assert.doesNotMatch(response.text, /acme/i);
  assert.equal((await theirs.get(`${other.path}/integrations`)).json.items.length, 0);
});

test('uninstalling in Sentry disconnects the integration', async () => {
  const { created, integration } = await connectInternal(tocsin, admin, tocsin.org);
  const response = await tocsin.sendWebhook({
    resource: 'installation', body: new IssueBodies(created.uuid).uninstalled(), secret: created.client_secret,
    path: new URL(integration.webhook_url).pathname,
  });
  assert.equal(response.status, 200);
  const now = await read(integration);
  assert.deepEqual([now.status, now.status_reason, now.credential], ['disconnected', 'uninstalled', null]);
});

test('a signed request that is not a webhook is refused and stored', async () => {
  const { created, integration } = await connectInternal(tocsin, admin, tocsin.org);
  const countRejected = () => tocsin.metric('tocsin_webhook_rejected_total{reason="envelope"}');
  const before = await countRejected();
  for (const body of ['nonsense', '{"action":"created"}', Buffer.from([0x7b, 0x00, 0xff])]) {
    const response = await tocsin.sendWebhook({ path: `/webhooks/sentry/${integration.id}`, resource: 'issue', secret: created.client_secret, body });
    assert.equal(response.status, 400, response.text);
    const [row] = await tocsin.sql('select outcome, rule, body, integration_id from tocsin.deliveries order by delivery_id desc limit 1');
    assert.deepEqual([row.outcome, row.integration_id, Buffer.from(row.body)], ['unreadable', integration.id, Buffer.from(body)]);
    assert.ok(row.rule.length > 10);
  }
  assert.equal(await countRejected(), before);
});
