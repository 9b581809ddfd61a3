// Connecting through the OAuth application: state, PKCE, the choice of an organization, and webhooks of an additional internal integration.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { authorize, clearFaults, connect, connectError, connectOauth, control, countLiveOauthTokens, countTokenRequests, createService, isConnected, mapProject, resetOauth, startConnect } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

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
const countExchanges = () => countTokenRequests(tocsin, ['oauth_authorization_code']);
const countCredentials = (integration) => tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]);
const disconnect = async (integration) => assert.equal((await admin.post(`${path(integration)}/disconnect`)).status, 200);

test('the authorization request carries state, S256, and the exact redirect URL, and leads to a connection', async () => {
  const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  const query = new URL(url).searchParams;
  assert.equal(query.get('redirect_uri'), `${tocsin.url}/oauth/sentry/callback`);
  assert.equal(query.get('code_challenge_method'), 'S256');
  assert.match(query.get('code_challenge'), /^[A-Za-z0-9_-]{43}$/);
  assert.match(query.get('state'), /^[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(query.get('scope').split(' ').sort(), ['event:read', 'org:read', 'project:read', 'team:read']);
  const back = await admin.get(await authorize(tocsin, url));
  assert.equal(back.status, 303);
  assert.ok(back.headers.location.endsWith(`/integrations/${integration.id}?connected=1`), back.headers.location);
  const now = await read(integration);
  assert.deepEqual([now.mode, now.status, now.sentry_org.slug], ['oauth', 'connected', 'northwind']);
  assert.deepEqual(now.missing_scopes, []);
  assert.equal(now.webhook_secret_set, false);
  assert.match(now.remedy, /internal integration/);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);
  const checks = (await admin.post(`${path(integration)}/test`)).json.checks;
  assert.deepEqual(checks.filter((check) => check.outcome === 'failed').map((check) => check.name), ['webhooks']);
  await disconnect(integration);
});

for (const pkce of ['verify', 'ignore'])
  test(`wrong callbacks are refused without an exchange, and the right one is exchanged once (Sentry: ${pkce} PKCE)`, async () => {
    await control(tocsin, 'oauth', { pkce });
    const before = await countExchanges();
    const startFlow = async () => {
      const started = await startConnect(admin, tocsin.org, { mode: 'oauth' });
      return { ...started, back: await authorize(tocsin, started.authorize_url) };
    };
    const other = await tocsin.signInAs('owner');
    const globex = await tocsin.createOrganization(`globex-${pkce}`);
    const foreign = await tocsin.signInAs('admin', globex);
    const flowCookie = () => `tocsin_connect=${admin.cookies.get('tocsin_connect').value}`;
    const refusals = {
      'no session and no cookie': async ({ back }) => tocsin.client().get(back),
      'the cookie without the session': async ({ back }) => tocsin.client().get(back, { headers: { Cookie: flowCookie() } }),
      'another user of the organization': async ({ back }) => other.get(back),
      'a user of another organization': async ({ back }) => foreign.get(back),
      'an unknown state': async ({ back }) => admin.get(back.replace(/state=[^&]{5}/, 'state=AAAAA')),
      'a state that was used': async ({ back }) => {
        await admin.get(back.replace(/code=[^&]+/, 'error=access_denied'));
        return admin.get(back);
      },
      'an expired flow': async ({ back }) => {
        await tocsin.advanceTime(11 * 60);
        return admin.get(back);
      },
      'a demoted admin': async ({ back }) => {
        const set = 'update tocsin.members set role = $2 from tocsin.users u where u.user_id = members.user_id and u.email = $1';
        await tocsin.sql(set, [tocsin.org.people.admin.email, 'viewer']);
        const response = await admin.get(back);
        await tocsin.sql(set, [tocsin.org.people.admin.email, 'admin']);
        return response;
      },
      'a new session of the same person': async ({ back }) => {
        const again = await tocsin.signInAs('admin');
        return again.get(back, { headers: { Cookie: `${again.cookies.header(new URL(tocsin.url))}; ${flowCookie()}` } });
      },
    };
    for (const [name, attempt] of Object.entries(refusals)) {
      const started = await startFlow();
      const response = await attempt(started);
      assert.equal(response.status, 303, name);
      assert.ok(['wrong_browser', 'expired'].includes(connectError(response)), `${name}: ${response.headers.location}`);
      assert.equal((await read(started.integration)).status, 'pending', name);
    }
    assert.equal(await countExchanges(), before);
    const { back, integration } = await startFlow();
    const responses = await Promise.all(Array.from({ length: 50 }, () => admin.get(back)));
    assert.equal(responses.filter(isConnected).length, 1);
    assert.equal(await countExchanges(), before + 1);
    assert.doesNotMatch(responses.map((response) => response.headers.location).join(), /code=|state=/);
    await disconnect(integration);
  });

test('a stolen code is useless in another flow', async () => {
  const victim = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  const stolen = new URL(await authorize(tocsin, victim.authorize_url)).searchParams.get('code');
  const own = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  const back = new URL(await authorize(tocsin, own.authorize_url));
  back.searchParams.set('code', stolen);
  assert.equal(connectError(await admin.get(back.href)), 'sentry_refused');
  assert.equal(await countCredentials(own.integration), 0);
});

test('each failure at Sentry has its own error code', async () => {
  for (const [expected, prepare, op] of [
    ['denied', async () => {}, 'deny'],
    ['invalid_scope', () => control(tocsin, 'oauth', { scopes: ['org:read'], requires_org_level_access: true }), 'approve'],
    ['sentry_refused', () => control(tocsin, 'oauth', { pkce: 'reject' }), 'approve'],
    ['unavailable', () => control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 500 }), 'approve'],
    ['unavailable', () => control(tocsin, 'faults', { match: 'oauth_token', kind: 'html' }), 'approve'],
    ['no_organization', () => control(tocsin, 'oauth', { user_organizations: [] }), 'approve'],
  ]) {
    const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
    await prepare();
    assert.equal(connectError(await admin.get(await authorize(tocsin, url, op))), expected);
    assert.equal(await countCredentials(integration), 0, expected);
    await clearFaults(tocsin);
    await control(tocsin, 'oauth', { pkce: 'verify', user_organizations: ['northwind'], scopes: null, requires_org_level_access: false, forget_approvals: true });
  }
});

test('with a token for several organizations, the admin chooses the organization', async () => {
  await control(tocsin, 'oauth', { user_organizations: null });
  const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  const back = await admin.get(await authorize(tocsin, url));
  assert.equal(back.headers.location, `/o/acme/integrations/${integration.id}`);
  const waiting = await read(integration);
  assert.deepEqual([waiting.status, waiting.status_reason], ['pending', 'choose_organization']);
  assert.deepEqual(waiting.available_orgs.map((org) => org.slug), ['empire-state', 'northwind']);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 409, 'the token is not used yet');
  assert.equal((await admin.patch(path(integration), { sentry_org: 'elsewhere' })).status, 400);
  const responder = await tocsin.signInAs('responder');
  assert.equal((await responder.patch(path(integration), { sentry_org: 'northwind' })).status, 403);
  const chosen = await admin.patch(path(integration), { sentry_org: 'northwind' });
  assert.equal(chosen.status, 200, chosen.text);
  assert.deepEqual([chosen.json.status, chosen.json.sentry_org.slug, chosen.json.available_orgs], ['connected', 'northwind', null]);
  assert.ok(chosen.json.credential.next_refresh_at);
  assert.equal((await admin.patch(path(integration), { sentry_org: 'northwind' })).json.code, 'illegal_transition');
  await disconnect(integration);
});

test('a Disconnect during the choice does not leave a connection without tokens', async () => {
  await control(tocsin, 'oauth', { user_organizations: null });
  const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  await admin.get(await authorize(tocsin, url));
  // A trigger delays the transaction of the choice, and the Disconnect comes meanwhile.
  await tocsin.sql('create function hold_up() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$');
  await tocsin.sql('create trigger hold_up before insert or update on tocsin.sentry_organization_owners for each row execute function hold_up()');
  const choosing = admin.patch(path(integration), { sentry_org: 'northwind' });
  await eventually(() => tocsin.value("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"));
  const disconnected = await admin.post(`${path(integration)}/disconnect`);
  await choosing;
  await tocsin.sql('drop trigger hold_up on tocsin.sentry_organization_owners');
  await tocsin.sql('drop function hold_up()');
  assert.equal(disconnected.status, 200, disconnected.text);
  const now = await read(integration);
  assert.deepEqual([now.status, now.status_reason, now.credential], ['disconnected', 'disconnected_by_admin', null]);
});

test('without a choice in time, the flow ends and its tokens are revoked', async () => {
  await control(tocsin, 'oauth', { user_organizations: null });
  const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  await admin.get(await authorize(tocsin, url));
  assert.equal(await countCredentials(integration), 1);
  const before = await countLiveOauthTokens(tocsin);
  await tocsin.advanceTime(16 * 60);
  await tocsin.restart();
  await eventually(async () => (await read(integration)).status_reason === 'awaiting_install');
  assert.equal(await countCredentials(integration), 0);
  assert.equal((await read(integration)).available_orgs, null);
  await eventually(async () => (await countLiveOauthTokens(tocsin)) < before, { what: 'the revocation of the token' });
});

test('an organization named in advance needs no choice, and one that the token cannot access is an error', async () => {
  await control(tocsin, 'oauth', { user_organizations: null });
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  assert.equal(integration.sentry_org.slug, 'northwind');
  await disconnect(integration);
  const { authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'oauth', sentry_org: 'not-mine' });
  assert.equal(connectError(await admin.get(await authorize(tocsin, url))), 'no_organization');
});

test('a Sentry organization has one owner, regardless of the mode', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  const other = await tocsin.createOrganization('initech');
  const theirs = await tocsin.signInAs('admin', other);
  const { authorize_url: url, integration: claim } = await startConnect(theirs, other, { mode: 'oauth' });
  assert.equal(connectError(await theirs.get(await authorize(tocsin, url))), 'already_claimed');
  assert.equal(await countCredentials(claim), 0);
  // The owner may connect it a second time.
  const second = await connect(tocsin, admin, tocsin.org);
  await disconnect(second);
  await disconnect(integration);
});

test('webhooks are refused until the secret is entered; a replaced secret stays valid for a day', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, '4505281256090153', await createService(admin, tocsin.org, 'web'));
  const created = await control(tocsin, 'internal-integrations', { organization: 'northwind', webhook_url: integration.webhook_url });
  const send = (secret, to = integration, bodies = new IssueBodies(created.uuid)) =>
    tocsin.sendWebhook({ resource: 'issue', body: bodies.issue('created'), secret, path: new URL(to.webhook_url).pathname });
  const refused = await send(created.client_secret);
  assert.equal(refused.status, 401);
  for (const unknown of ['00000000-0000-4000-8000-000000000000', 'nonsense']) {
    const response = await send(created.client_secret, { webhook_url: `${tocsin.url}/webhooks/sentry/${unknown}` });
    assert.deepEqual([response.status, response.text], [401, refused.text], 'the response is always the same');
  }
  assert.equal((await admin.patch(path(integration), { webhook_secret: 'short' })).status, 400);
  const set = await admin.patch(path(integration), { webhook_secret: created.client_secret });
  assert.equal(set.status, 200, set.text);
  assert.deepEqual([set.json.webhook_secret_set, set.json.remedy], [true, null]);
  assert.doesNotMatch(set.text, new RegExp(created.client_secret));
  assert.equal((await send(created.client_secret)).status, 200);
  const readNewest = async () => (await admin.get(`${tocsin.org.path}/deliveries?limit=1`)).json.items[0];
  assert.equal((await readNewest()).outcome, 'opened');

  // A body that names another installation still reaches this integration only.
  const other = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  assert.equal((await send(created.client_secret, integration, new IssueBodies(other.installation_id))).status, 200);
  assert.equal((await readNewest()).integration_id, integration.id);
  // The secret is not valid on the shared URL.
  assert.equal((await tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(other.installation_id).issue('created'), secret: created.client_secret })).status, 401);

  await admin.patch(path(integration), { webhook_secret: 'fake-the-next-client-secret' });
  for (const secret of [created.client_secret, 'fake-the-next-client-secret']) assert.equal((await send(secret)).status, 200, secret);
  await tocsin.advanceTime(2 * 24 * 3600);
  assert.equal((await send(created.client_secret)).status, 401, 'the previous secret expires after a day');
  await disconnect(other);
  await disconnect(integration);
  assert.equal((await send('fake-the-next-client-secret')).status, 401, 'the secret was deleted with the tokens');
  assert.equal((await admin.patch(path(integration), { webhook_secret: 'fake-the-next-client-secret' })).json.code, 'illegal_transition');
});
