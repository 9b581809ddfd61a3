// The tokens of the OAuth application: refresh with both rotation styles, Reconnect, and Disconnect.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { eventually, OAUTH, startTocsin } from '../support/harness.mjs';
import { authorize, clearFaults, connectError, connectOauth, control, countLiveOauthTokens, createService, mapProject, resetOauth } from '../support/steps.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '3', TOCSIN_SENTRY_TIMEOUT: '2s', TOCSIN_REFRESH_LEASE: '6s', TOCSIN_SESSION_IDLE: '365d', TOCSIN_SESSION_MAX: '365d' } });
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());
beforeEach(() => resetOauth(tocsin));

const path = (integration) => `${tocsin.org.path}/integrations/${integration.id}`;
const read = async (integration) => (await admin.get(path(integration))).json;
const countCredentials = (integration) => tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]);
const disconnect = async (integration) => assert.equal((await admin.post(`${path(integration)}/disconnect`)).status, 200);

for (const refresh of ['rotate', 'keep'])
  test(`the token is refreshed if Sentry ${refresh === 'rotate' ? 'replaces' : 'keeps'} the refresh token`, async () => {
    await control(tocsin, 'oauth', { refresh });
    const integration = await connectOauth(tocsin, admin, tocsin.org);
    for (let round = 0; round < 3; ++round) {
      const before = (await read(integration)).credential;
      await tocsin.advanceTime(21 * 24 * 3600);
      await eventually(async () => (await read(integration)).credential.refreshed_at > before.refreshed_at);
      assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200, `round ${round}`);
    }
    assert.equal((await read(integration)).status, 'connected');
    await disconnect(integration);
  });

test('an invalid grant disconnects at once, and Reconnect needs a new authorization', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  const refreshed = await admin.post(`${path(integration)}/refresh`);
  assert.deepEqual([refreshed.json.status, refreshed.json.status_reason], ['disconnected', 'refused']);
  const again = await admin.post(`${path(integration)}/reconnect`);
  assert.ok(again.json.authorize_url, again.text);
  const back = await admin.get(await authorize(tocsin, again.json.authorize_url));
  assert.ok(back.headers.location.endsWith('?connected=1'), back.headers.location);
  const now = await read(integration);
  assert.deepEqual([now.id, now.status], [integration.id, 'connected']);
  assert.equal((await admin.get(`${path(integration)}/mappings`)).json.items.length, 1);

  // Another organization than before is refused with both names, and its token is revoked.
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  await admin.post(`${path(integration)}/refresh`);
  await control(tocsin, 'oauth', { user_organizations: ['empire-state'], forget_approvals: true });
  const elsewhere = (await admin.post(`${path(integration)}/reconnect`)).json.authorize_url;
  const refused = new URL((await admin.get(await authorize(tocsin, elsewhere))).headers.location, tocsin.url).searchParams;
  assert.deepEqual([refused.get('connect_error'), refused.get('expected')], ['other_organization', 'Northwind Traders']);
  assert.match(refused.get('found'), /Empire State/);
  assert.equal((await read(integration)).sentry_org.slug, 'northwind');
  assert.equal(await countLiveOauthTokens(tocsin), 0);
  await disconnect(integration);
});

test('if scopes are missing, Reconnect requests them instead of refreshing without them', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  assert.equal((await admin.post(`${path(integration)}/reconnect`)).json.authorize_url, null, 'with all scopes, it refreshes');
  // As if authorized by a version that requested fewer scopes.
  await tocsin.sql("update tocsin.integrations set scopes = '{org:read}' where integration_id = $1", [integration.id]);
  assert.deepEqual((await read(integration)).missing_scopes.map((scope) => scope.scope), ['project:read', 'team:read', 'event:read']);
  let again = await admin.post(`${path(integration)}/reconnect`);
  assert.ok(again.json.authorize_url, again.text);
  assert.equal((await read(integration)).status, 'connected', 'the integration stays connected meanwhile');
  // Authorizing another organization changes nothing: the stored token stays and still works.
  const readSealed = () => tocsin.value("select encode(access_token_sealed, 'hex') from tocsin.credentials where integration_id = $1", [integration.id]);
  const stored = await readSealed();
  await control(tocsin, 'oauth', { forget_approvals: true, user_organizations: ['empire-state'] });
  assert.equal(connectError(await admin.get(await authorize(tocsin, again.json.authorize_url))), 'other_organization');
  await control(tocsin, 'oauth', { forget_approvals: true, user_organizations: ['northwind'] });
  assert.equal(await readSealed(), stored);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);
  again = await admin.post(`${path(integration)}/reconnect`);
  assert.ok((await admin.get(await authorize(tocsin, again.json.authorize_url))).headers.location.endsWith('?connected=1'));
  const now = await read(integration);
  assert.deepEqual([now.id, now.status, now.missing_scopes], [integration.id, 'connected', []]);
  await disconnect(integration);
});

test('a token that a new authorization replaces is revoked', async () => {
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  const before = await countLiveOauthTokens(tocsin);
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  assert.equal(await countLiveOauthTokens(tocsin), before + 1);
  // A refusal that does not concern the grant: the admin authorizes again while the old token is still valid.
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 400, body: '{"error":"invalid_request"}', times: 1 });
  const again = await admin.post(`${path(integration)}/reconnect`);
  assert.ok((await admin.get(await authorize(tocsin, again.json.authorize_url))).headers.location.endsWith('?connected=1'));
  await eventually(async () => (await countLiveOauthTokens(tocsin)) === before + 1, { what: 'the revocation of the old token' });
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200, 'the new token works');
  await disconnect(integration);
});

test('after a lost response the stored token is tried, and an invalid grant disconnects', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'drop' });
  await admin.post(`${path(integration)}/refresh`);
  await eventually(async () => (await read(integration)).status === 'connected', { what: 'recovery from a request without effect' });
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'lost_answer' });
  await admin.post(`${path(integration)}/refresh`);
  const disconnected = await eventually(async () => {
    const now = await read(integration);
    return now.status === 'disconnected' && now;
  });
  assert.equal(disconnected.status_reason, 'refused');
  assert.match((await admin.get(`${path(integration)}/attempts`)).json.items[0].detail, /answer was lost/);
  await disconnect(integration);
});

test('a wrong client secret of the deployment disconnects no integration', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  await control(tocsin, 'oauth', { client_secret: 'fake-another-secret-of-the-application' });
  for (let round = 0; round < 5; ++round) await admin.post(`${path(integration)}/refresh`);
  const now = await read(integration);
  assert.deepEqual([now.status, now.status_reason, now.credential.failed_attempts], ['degraded', 'client_misconfigured', 0]);
  assert.match(now.remedy, /TOCSIN_SENTRY_OAUTH_CLIENT_SECRET/);
  await control(tocsin, 'oauth', { client_secret: OAUTH.clientSecret });
  await eventually(async () => (await read(integration)).status === 'connected');
  await disconnect(integration);
});

test('Disconnect deletes tokens at once and revokes them at Sentry without waiting', async () => {
  const before = await countLiveOauthTokens(tocsin);
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  assert.equal(await countLiveOauthTokens(tocsin), before + 1);
  await disconnect(integration);
  assert.equal(await countCredentials(integration), 0);
  await eventually(async () => (await countLiveOauthTokens(tocsin)) === before);
  const again = await connectOauth(tocsin, admin, tocsin.org);
  await control(tocsin, 'faults', { match: 'oauth_revoke', kind: 'hang', times: 0 });
  const began = Date.now();
  await disconnect(again);
  assert.ok(Date.now() - began < 1_500, 'Disconnect does not wait for Sentry');
  assert.equal(await countCredentials(again), 0);
});

test('a process without the OAuth application refreshes nothing and says why', async () => {
  await clearFaults(tocsin);
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  const second = await tocsin.startSecondProcess({ env: { TOCSIN_SENTRY_OAUTH_CLIENT_ID: undefined, TOCSIN_SENTRY_OAUTH_CLIENT_SECRET: undefined } });
  const client = tocsin.client({ base: second.url, token: tocsin.org.token });
  const before = (await admin.get(`${path(integration)}/attempts`)).json.items.length;
  for (const action of ['refresh', 'reconnect']) {
    const response = await client.post(`${path(integration)}/${action}`);
    assert.deepEqual([response.status, response.json.code], [409, 'mode_not_configured'], response.text);
    assert.match(response.json.detail, /TOCSIN_SENTRY_OAUTH_CLIENT_ID/);
  }
  assert.equal((await admin.get(`${path(integration)}/attempts`)).json.items.length, before, 'no attempt was started');
});

test('a Reconnect during a refresh is refused, and later refreshes instead of authorizing', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'delay', delay_ms: 500 });
  const refreshing = tocsin.tokenClient().post(`${path(integration)}/refresh`);
  await eventually(() => tocsin.value('select count(*) from tocsin.credentials where integration_id = $1 and lease_until > tocsin.now()', [integration.id]));
  assert.equal((await admin.post(`${path(integration)}/reconnect`)).json.code, 'conflict');
  assert.equal((await refreshing).json.status, 'connected');
  const again = await admin.post(`${path(integration)}/reconnect`);
  assert.deepEqual([again.status, again.json.authorize_url], [200, null]);
  assert.equal((await admin.get(`${path(integration)}/attempts`)).json.items[0].outcome, 'refreshed', 'the attempt is recorded');
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 503 });
  assert.equal((await admin.post(`${path(integration)}/reconnect`)).status, 503, 'no new authorization while Sentry is unavailable');
});
