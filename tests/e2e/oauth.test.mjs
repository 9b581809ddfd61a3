// Connecting by the OAuth application: state, PKCE, the choice of an organization, renewal with both rotation styles, and webhooks of
// an internal integration beside it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { authorize, connect, connectOauth, control, createService, IssueBodies, mapProject, startConnect } from '../support/story.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '3', TOCSIN_SENTRY_TIMEOUT: '2s', TOCSIN_REFRESH_LEASE: '6s', TOCSIN_SESSION_IDLE: '365d', TOCSIN_SESSION_MAX: '365d' } });
  admin = await tocsin.signedIn('admin');
});
after(() => tocsin?.stop());
beforeEach(async () => {
  await control(tocsin, 'faults', undefined, 'DELETE');
  await control(tocsin, 'oauth', { pkce: 'verify', refresh: 'rotate', user_organizations: ['northwind'], forget_approvals: true });
});

let ahead = 0;
/** Time goes on, for the database and for Sentry. */
async function forward(seconds) {
  ahead += seconds;
  await tocsin.moveTime(ahead);
  await control(tocsin, 'clock', { advance: seconds });
}

const errorOf = (answer) => new URL(answer.headers.location, tocsin.url).searchParams.get('connect_error');
const path = (integration) => `${tocsin.org.path}/integrations/${integration.id}`;
const read = async (integration) => (await admin.get(path(integration))).json;
const state = () => control(tocsin, 'state', undefined, 'GET');
const exchanges = async () => Object.values((await state()).token_calls.oauth_authorization_code ?? {}).reduce((sum, count) => sum + count, 0);
const credentials = (integration) => tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]);
const end = async (integration) => assert.equal((await admin.post(`${path(integration)}/disconnect`)).status, 200);

test('the authorization carries state, S256 and the exact redirect URL, and leads to a connection', async () => {
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
  assert.deepEqual(checks.filter((one) => one.outcome === 'failed').map((one) => one.name), ['webhooks']);
  await end(integration);
});

for (const pkce of ['verify', 'ignore'])
  test(`every wrong callback is refused without an exchange, the right one exchanges once (Sentry would ${pkce} PKCE)`, async () => {
    await control(tocsin, 'oauth', { pkce });
    const before = await exchanges();
    const fresh = async () => {
      const started = await startConnect(admin, tocsin.org, { mode: 'oauth' });
      return { ...started, back: await authorize(tocsin, started.authorize_url) };
    };
    const other = await tocsin.signedIn('owner');
    const globex = await tocsin.createOrganization(`globex-${pkce}`);
    const foreign = await tocsin.signedIn('admin', globex);
    const cookie = () => `tocsin_connect=${admin.cookies.get('tocsin_connect').value}`;
    const refusals = {
      'no session and no cookie': async ({ back }) => tocsin.client().get(back),
      'the cookie without the session': async ({ back }) => tocsin.client().get(back, { headers: { Cookie: cookie() } }),
      'another user of the organization': async ({ back }) => other.get(back),
      'a user of another organization': async ({ back }) => foreign.get(back),
      'an unknown state': async ({ back }) => admin.get(back.replace(/state=[^&]{5}/, 'state=AAAAA')),
      'a state twice': async ({ back }) => {
        await admin.get(back.replace(/code=[^&]+/, 'error=access_denied'));
        return admin.get(back);
      },
      'an expired intent': async ({ back }) => {
        await forward(11 * 60);
        return admin.get(back);
      },
      'a demoted admin': async ({ back }) => {
        const set = 'update tocsin.members set role = $2 from tocsin.users u where u.user_id = members.user_id and u.email = $1';
        await tocsin.sql(set, [tocsin.org.people.admin.email, 'viewer']);
        const answer = await admin.get(back);
        await tocsin.sql(set, [tocsin.org.people.admin.email, 'admin']);
        return answer;
      },
      'a session that signed in again': async ({ back }) => {
        const again = await tocsin.signedIn('admin');
        return again.get(back, { headers: { Cookie: `${again.cookies.header(new URL(tocsin.url))}; ${cookie()}` } });
      },
    };
    for (const [name, attempt] of Object.entries(refusals)) {
      const started = await fresh();
      const answer = await attempt(started);
      assert.equal(answer.status, 303, name);
      assert.ok(['wrong_browser', 'expired'].includes(errorOf(answer)), `${name}: ${answer.headers.location}`);
      assert.equal((await read(started.integration)).status, 'pending', name);
    }
    assert.equal(await exchanges(), before);
    const { back, integration } = await fresh();
    const answers = await Promise.all(Array.from({ length: 50 }, () => admin.get(back)));
    assert.equal(answers.filter((answer) => answer.headers.location.endsWith('?connected=1')).length, 1);
    assert.equal(await exchanges(), before + 1);
    assert.doesNotMatch(answers.map((answer) => answer.headers.location).join(), /code=|state=/);
    await end(integration);
  });

test('a stolen code in a flow of one\'s own gives nothing', async () => {
  const theirs = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  const stolen = new URL(await authorize(tocsin, theirs.authorize_url)).searchParams.get('code');
  const own = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  const back = new URL(await authorize(tocsin, own.authorize_url));
  back.searchParams.set('code', stolen);
  assert.equal(errorOf(await admin.get(back.href)), 'sentry_refused');
  assert.equal(await credentials(own.integration), 0);
});

test('what goes wrong at Sentry has a name of its own', async () => {
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
    assert.equal(errorOf(await admin.get(await authorize(tocsin, url, op))), expected);
    assert.equal(await credentials(integration), 0, expected);
    await control(tocsin, 'faults', undefined, 'DELETE');
    await control(tocsin, 'oauth', { pkce: 'verify', user_organizations: ['northwind'], scopes: null, requires_org_level_access: false, forget_approvals: true });
  }
});

test('a token that sees several organizations waits for the admin\'s choice', async () => {
  await control(tocsin, 'oauth', { user_organizations: null });
  const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  const back = await admin.get(await authorize(tocsin, url));
  assert.equal(back.headers.location, `/o/acme/integrations/${integration.id}`);
  const asked = await read(integration);
  assert.deepEqual([asked.status, asked.status_reason], ['pending', 'choose_organization']);
  assert.deepEqual(asked.available_orgs.map((one) => one.slug), ['empire-state', 'northwind']);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 409, 'the token is used for nothing yet');
  assert.equal((await admin.patch(path(integration), { sentry_org: 'elsewhere' })).status, 400);
  const responder = await tocsin.signedIn('responder');
  assert.equal((await responder.patch(path(integration), { sentry_org: 'northwind' })).status, 403);
  const chosen = await admin.patch(path(integration), { sentry_org: 'northwind' });
  assert.equal(chosen.status, 200, chosen.text);
  assert.deepEqual([chosen.json.status, chosen.json.sentry_org.slug, chosen.json.available_orgs], ['connected', 'northwind', null]);
  assert.ok(chosen.json.credential.next_refresh_at);
  assert.equal((await admin.patch(path(integration), { sentry_org: 'northwind' })).json.code, 'illegal_transition');
  await end(integration);
});

test('a Disconnect of the same moment leaves no connection without tokens', async () => {
  await control(tocsin, 'oauth', { user_organizations: null });
  const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  await admin.get(await authorize(tocsin, url));
  // The choice is held up in the middle of its transaction, and the Disconnect comes then.
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

test('a choice that nobody makes is given up, with its tokens', async () => {
  await control(tocsin, 'oauth', { user_organizations: null });
  const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  await admin.get(await authorize(tocsin, url));
  assert.equal(await credentials(integration), 1);
  const alive = async () => (await state()).oauth.tokens.filter((one) => one.alive).length;
  const before = await alive();
  await forward(16 * 60);
  await tocsin.restart();
  await eventually(async () => (await read(integration)).status_reason === 'awaiting_install');
  assert.equal(await credentials(integration), 0);
  assert.equal((await read(integration)).available_orgs, null);
  await eventually(async () => (await alive()) < before, { what: 'the token to be given back to Sentry' });
});

test('a named organization needs no choice, and one that the token does not see is told', async () => {
  await control(tocsin, 'oauth', { user_organizations: null });
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  assert.equal(integration.sentry_org.slug, 'northwind');
  await end(integration);
  const { authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'oauth', sentry_org: 'not-mine' });
  assert.equal(errorOf(await admin.get(await authorize(tocsin, url))), 'no_organization');
});

test('one Sentry organization has one owner, whatever the mode', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  const other = await tocsin.createOrganization('initech');
  const theirs = await tocsin.signedIn('admin', other);
  const { authorize_url: url, integration: claim } = await startConnect(theirs, other, { mode: 'oauth' });
  assert.equal(errorOf(await theirs.get(await authorize(tocsin, url))), 'already_claimed');
  assert.equal(await credentials(claim), 0);
  // One's own organization may hold it twice.
  const beside = await connect(tocsin, admin, tocsin.org);
  await end(beside);
  await end(integration);
});

test('webhooks are refused until the secret is entered, then accepted; a rotated one overlaps', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, '4505281256090153', await createService(admin, tocsin.org, 'web'));
  const made = await control(tocsin, 'internal-integrations', { organization: 'northwind', webhook_url: integration.webhook_url });
  const send = (secret, to = integration, bodies = new IssueBodies(made.uuid)) =>
    tocsin.webhook({ resource: 'issue', body: bodies.issue('created'), secret, path: new URL(to.webhook_url).pathname });
  const refused = await send(made.client_secret);
  assert.equal(refused.status, 401);
  for (const unknown of ['00000000-0000-4000-8000-000000000000', 'nonsense']) {
    const answer = await send(made.client_secret, { webhook_url: `${tocsin.url}/webhooks/sentry/${unknown}` });
    assert.deepEqual([answer.status, answer.text], [401, refused.text], 'one answer for all of them');
  }
  assert.equal((await admin.patch(path(integration), { webhook_secret: 'short' })).status, 400);
  const set = await admin.patch(path(integration), { webhook_secret: made.client_secret });
  assert.equal(set.status, 200, set.text);
  assert.deepEqual([set.json.webhook_secret_set, set.json.remedy], [true, null]);
  assert.doesNotMatch(set.text, new RegExp(made.client_secret));
  assert.equal((await send(made.client_secret)).status, 200);
  const last = async () => (await admin.get(`${tocsin.org.path}/deliveries?limit=1`)).json.items[0];
  assert.equal((await last()).outcome, 'opened');

  // A body that names somebody else's installation still reaches this integration only.
  const beside = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  assert.equal((await send(made.client_secret, integration, new IssueBodies(beside.installation_id))).status, 200);
  assert.equal((await last()).integration_id, integration.id);
  // Nor does this key speak on the shared URL.
  assert.equal((await tocsin.webhook({ resource: 'issue', body: new IssueBodies(beside.installation_id).issue('created'), secret: made.client_secret })).status, 401);

  await admin.patch(path(integration), { webhook_secret: 'fake-the-next-client-secret' });
  for (const secret of [made.client_secret, 'fake-the-next-client-secret']) assert.equal((await send(secret)).status, 200, secret);
  await forward(2 * 24 * 3600);
  assert.equal((await send(made.client_secret)).status, 401, 'the one before ends after a day');
  await end(beside);
  await end(integration);
  assert.equal((await send('fake-the-next-client-secret')).status, 401, 'the secret went with the tokens');
  assert.equal((await admin.patch(path(integration), { webhook_secret: 'fake-the-next-client-secret' })).json.code, 'illegal_transition');
});

for (const refresh of ['rotate', 'keep'])
  test(`renewal where Sentry ${refresh === 'rotate' ? 'replaces' : 'keeps'} the refresh token`, async () => {
    await control(tocsin, 'oauth', { refresh });
    const integration = await connectOauth(tocsin, admin, tocsin.org);
    for (let round = 0; round < 3; ++round) {
      const before = (await read(integration)).credential;
      await forward(21 * 24 * 3600);
      await eventually(async () => (await read(integration)).credential.refreshed_at > before.refreshed_at);
      assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200, `round ${round}`);
    }
    assert.equal((await read(integration)).status, 'connected');
    await end(integration);
  });

test('a grant that is dead disconnects at once, and Reconnect goes through Sentry again', async () => {
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

  // Another organization than before is refused by name, and the token that was not wanted is given back.
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  await admin.post(`${path(integration)}/refresh`);
  await control(tocsin, 'oauth', { user_organizations: ['empire-state'], forget_approvals: true });
  const elsewhere = (await admin.post(`${path(integration)}/reconnect`)).json.authorize_url;
  const refused = new URL((await admin.get(await authorize(tocsin, elsewhere))).headers.location, tocsin.url).searchParams;
  assert.deepEqual([refused.get('connect_error'), refused.get('expected')], ['other_organization', 'Northwind Traders']);
  assert.match(refused.get('found'), /Empire State/);
  assert.equal((await read(integration)).sentry_org.slug, 'northwind');
  assert.equal((await state()).oauth.tokens.filter((one) => one.alive).length, 0);
  await end(integration);
});

test('where scopes are missing, Reconnect asks for them instead of renewing without them', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  assert.equal((await admin.post(`${path(integration)}/reconnect`)).json.authorize_url, null, 'else it renews');
  // As authorized before more was asked for.
  await tocsin.sql("update tocsin.integrations set scopes = '{org:read}' where integration_id = $1", [integration.id]);
  assert.deepEqual((await read(integration)).missing_scopes.map((one) => one.scope), ['project:read', 'team:read', 'event:read']);
  let again = await admin.post(`${path(integration)}/reconnect`);
  assert.ok(again.json.authorize_url, again.text);
  assert.equal((await read(integration)).status, 'connected', 'meanwhile it goes on as it is');
  // Who chooses another organization there changes nothing here: the stored token is the same, and used.
  const sealed = () => tocsin.value("select encode(access_token_sealed, 'hex') from tocsin.credentials where integration_id = $1", [integration.id]);
  const stored = await sealed();
  await control(tocsin, 'oauth', { forget_approvals: true, user_organizations: ['empire-state'] });
  assert.equal(errorOf(await admin.get(await authorize(tocsin, again.json.authorize_url))), 'other_organization');
  await control(tocsin, 'oauth', { forget_approvals: true, user_organizations: ['northwind'] });
  assert.equal(await sealed(), stored);
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);
  again = await admin.post(`${path(integration)}/reconnect`);
  assert.ok((await admin.get(await authorize(tocsin, again.json.authorize_url))).headers.location.endsWith('?connected=1'));
  const now = await read(integration);
  assert.deepEqual([now.id, now.status, now.missing_scopes], [integration.id, 'connected', []]);
  await end(integration);
});

test('what a new authorization takes the place of is given back to Sentry', async () => {
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  const alive = async () => (await state()).oauth.tokens.filter((one) => one.alive).length;
  const before = await alive();
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  assert.equal(await alive(), before + 1);
  // A refusal that says nothing of the grant: the admin is sent to Sentry, and the old token would live on there.
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 400, body: '{"error":"invalid_request"}', times: 1 });
  const again = await admin.post(`${path(integration)}/reconnect`);
  assert.ok((await admin.get(await authorize(tocsin, again.json.authorize_url))).headers.location.endsWith('?connected=1'));
  await eventually(async () => (await alive()) === before + 1, { what: 'the old token to be given back' });
  assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200, 'and the new one works');
  await end(integration);
});

test('after a lost answer the stored token is tried, and a dead grant is loudly disconnected', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'drop' });
  await admin.post(`${path(integration)}/refresh`);
  await eventually(async () => (await read(integration)).status === 'connected', { what: 'an attempt without effect heals' });
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'lost_answer' });
  await admin.post(`${path(integration)}/refresh`);
  const dead = await eventually(async () => {
    const now = await read(integration);
    return now.status === 'disconnected' && now;
  });
  assert.equal(dead.status_reason, 'refused');
  assert.match((await admin.get(`${path(integration)}/attempts`)).json.items[0].detail, /answer was lost/);
  await end(integration);
});

test('a secret of ours that Sentry refuses condemns nobody', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  const { clientSecret } = (await import('../support/harness.mjs')).OAUTH;
  await control(tocsin, 'oauth', { client_secret: 'fake-another-secret-of-the-application' });
  for (let round = 0; round < 5; ++round) await admin.post(`${path(integration)}/refresh`);
  const now = await read(integration);
  assert.deepEqual([now.status, now.status_reason, now.credential.failed_attempts], ['degraded', 'client_misconfigured', 0]);
  assert.match(now.remedy, /TOCSIN_SENTRY_OAUTH_CLIENT_SECRET/);
  await control(tocsin, 'oauth', { client_secret: clientSecret });
  await eventually(async () => (await read(integration)).status === 'connected');
  await end(integration);
});

test('Disconnect deletes at once and revokes at Sentry, as far as Sentry lets it', async () => {
  const alive = async () => (await state()).oauth.tokens.filter((one) => one.alive).length;
  const before = await alive();
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  assert.equal(await alive(), before + 1);
  await end(integration);
  assert.equal(await credentials(integration), 0);
  await eventually(async () => (await alive()) === before);
  const again = await connectOauth(tocsin, admin, tocsin.org);
  await control(tocsin, 'faults', { match: 'oauth_revoke', kind: 'hang', times: 0 });
  const began = Date.now();
  await end(again);
  assert.ok(Date.now() - began < 1_500, 'nobody waits for Sentry');
  assert.equal(await credentials(again), 0);
});

test('a process without the OAuth application renews nothing and says why', async () => {
  await control(tocsin, 'faults', undefined, 'DELETE');
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  const another = await tocsin.startAnother({ env: { TOCSIN_SENTRY_OAUTH_CLIENT_ID: undefined, TOCSIN_SENTRY_OAUTH_CLIENT_SECRET: undefined } });
  const { port } = another.lines.find((line) => line.event === 'listening' && line.what === 'gateway');
  const there = tocsin.client({ base: `http://127.0.0.1:${port}`, token: tocsin.org.token });
  const before = (await admin.get(`${path(integration)}/attempts`)).json.items.length;
  for (const action of ['refresh', 'reconnect']) {
    const answer = await there.post(`${path(integration)}/${action}`);
    assert.deepEqual([answer.status, answer.json.code], [409, 'mode_not_configured'], answer.text);
    assert.match(answer.json.detail, /TOCSIN_SENTRY_OAUTH_CLIENT_ID/);
  }
  assert.equal((await admin.get(`${path(integration)}/attempts`)).json.items.length, before, 'no attempt was begun');
});

test('a Reconnect is the renewal that is under way, not a second one beside it', async () => {
  const integration = await connectOauth(tocsin, admin, tocsin.org);
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'delay', delay_ms: 500 });
  const renewing = tocsin.withToken().post(`${path(integration)}/refresh`);
  await eventually(() => tocsin.value('select count(*) from tocsin.credentials where integration_id = $1 and lease_until > tocsin.now()', [integration.id]));
  assert.equal((await admin.post(`${path(integration)}/reconnect`)).json.code, 'conflict');
  assert.equal((await renewing).json.status, 'connected');
  const again = await admin.post(`${path(integration)}/reconnect`);
  assert.deepEqual([again.status, again.json.authorize_url], [200, null]);
  assert.equal((await admin.get(`${path(integration)}/attempts`)).json.items[0].outcome, 'refreshed', 'and it is told like any other');
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 503 });
  assert.equal((await admin.post(`${path(integration)}/reconnect`)).status, 503, 'nobody is sent to Sentry while it does not answer');
});
