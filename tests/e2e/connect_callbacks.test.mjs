// Every kind of callback, for the public integration and for the OAuth application with a Sentry that verifies, ignores, or rejects PKCE.
// Only the browser, session, and person that started the flow cause a token exchange, and exactly one.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { authorize, connectError, control, countTokenRequests, install, isConnected, startConnect, uninstallAll } from '../support/steps.mjs';

let tocsin;
let admin;
let globex;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SESSION_IDLE: '365d', TOCSIN_SESSION_MAX: '365d' } });
  globex = await tocsin.createOrganization('globex');
});
after(() => tocsin?.stop());
beforeEach(async () => {
  admin = await tocsin.signInAs('admin');
});

/** Ends all open flows and uninstalls everything. */
const reset = async () => {
  await tocsin.sql('update tocsin.connect_flows set used_at = coalesce(used_at, now())');
  await uninstallAll(tocsin);
};
const binding = (client) => `tocsin_connect=${client.cookies.get('tocsin_connect').value}`;
const session = (client) => `tocsin_session=${client.cookies.get('tocsin_session').value}`;
const withCookies = (url, ...cookies) => tocsin.client().get(url, { headers: { Cookie: cookies.join('; ') } });
const setRole = (role) =>
  tocsin.sql('update tocsin.members set role = $2 from tocsin.users u where u.user_id = members.user_id and u.email = $1', [tocsin.org.people.admin.email, role]);

const modes = {
  public: { body: { mode: 'public', sentry_org: 'northwind' }, consent: (url) => install(tocsin, url) },
  'oauth, PKCE verified': { body: { mode: 'oauth' }, pkce: 'verify', consent: (url) => authorize(tocsin, url) },
  'oauth, PKCE ignored': { body: { mode: 'oauth' }, pkce: 'ignore', consent: (url) => authorize(tocsin, url) },
  'oauth, PKCE rejected': { body: { mode: 'oauth' }, pkce: 'reject', consent: (url) => authorize(tocsin, url) },
};

/** Each requests the callback's URL (`back`) in its own way and returns the response. */
const refusedCallbacks = {
  'no session and no cookie': ({ back }) => tocsin.client().get(back),
  'the flow\'s cookie without a session': ({ back }) => withCookies(back, binding(admin)),
  'the session without the flow\'s cookie': ({ back }) => withCookies(back, session(admin)),
  'after signing out': async ({ back }) => {
    const kept = session(admin);
    assert.equal((await admin.delete('/api/v1/session')).status, 204);
    return withCookies(back, kept, binding(admin));
  },
  'after signing in again': async ({ back }) => {
    const cookie = binding(admin);
    await admin.delete('/api/v1/session');
    return withCookies(back, session(await tocsin.signInAs('admin')), cookie);
  },
  'another session of the same person': async ({ back }) => withCookies(back, session(await tocsin.signInAs('admin')), binding(admin)),
  'another person of the organization': async ({ back }) => withCookies(back, session(await tocsin.signInAs('owner')), binding(admin)),
  'a person of another organization': async ({ back }) => withCookies(back, session(await tocsin.signInAs('admin', globex)), binding(admin)),
  'an unknown cookie': ({ back }) => withCookies(back, session(admin), `tocsin_connect=${'A'.repeat(43)}`),
  'a demoted admin': async ({ back }) => {
    await setRole('responder');
    const response = await admin.get(back);
    await setRole('admin');
    return response;
  },
  'a former member': async ({ back }) => {
    const [row] = await tocsin.sql('delete from tocsin.members m using tocsin.users u where u.user_id = m.user_id and u.email = $1 returning m.*', [tocsin.org.people.admin.email]);
    const response = await admin.get(back);
    await tocsin.sql('insert into tocsin.members (organization_id, user_id, role) values ($1, $2, $3)', [row.organization_id, row.user_id, row.role]);
    return response;
  },
  'eleven minutes later': async ({ back }) => {
    await tocsin.advanceTime(11 * 60);
    return admin.get(back);
  },
  'after Disconnect': async ({ back, integration }) => {
    assert.equal((await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`)).status, 200);
    return admin.get(back);
  },
  'after the flow was used': async ({ back }) => {
    await tocsin.sql('update tocsin.connect_flows set used_at = now()');
    return admin.get(back);
  },
  'after Connect was pressed again': async ({ back, body }) => {
    await startConnect(admin, tocsin.org, body);
    return body.mode === 'oauth' ? admin.get(back) : withCookies(back, session(admin), `tocsin_connect=${'A'.repeat(43)}`);
  },
};
/** Only the OAuth application's flow has a state. */
const refusedStates = {
  'an unknown state': ({ back }) => admin.get(back.replace(/state=[^&]{5}/, 'state=AAAAA')),
  'an empty state': ({ back }) => admin.get(back.replace(/state=[^&]+/, 'state=')),
  'no state': ({ back }) => admin.get(back.replace(/&?state=[^&]+/, '')),
  'an issuer that is not our Sentry': ({ back }) => admin.get(`${back}&iss=https%3A%2F%2Fsentry.example`),
  'an issuer that is not a URL': ({ back }) => admin.get(`${back}&iss=sentry`),
  'the state of another person\'s flow': async ({ back }) => {
    const theirs = await tocsin.signInAs('admin', globex);
    const { authorize_url: url } = await startConnect(theirs, globex, { mode: 'oauth' });
    return admin.get(back.replace(/state=[^&]+/, `state=${new URL(url).searchParams.get('state')}`));
  },
};

for (const [mode, { body, pkce, consent }] of Object.entries(modes)) {
  const cells = { ...refusedCallbacks, ...(pkce ? refusedStates : {}) };
  test(`${mode}: ${Object.keys(cells).length} wrong callbacks are refused without a token request, and the right one connects`, async (t) => {
    if (pkce) await control(tocsin, 'oauth', { pkce, user_organizations: ['northwind'], forget_approvals: true });
    for (const [name, attempt] of Object.entries(cells)) {
      await t.test(name, async () => {
        await reset();
        admin = await tocsin.signInAs('admin');
        const started = await startConnect(admin, tocsin.org, body);
        const back = await consent(started.authorize_url);
        const before = await countTokenRequests(tocsin);
        const response = await attempt({ ...started, back, body });
        assert.equal(response.status, 303);
        assert.ok(['wrong_browser', 'expired', 'installation_without_code', 'denied', 'sentry_refused'].includes(connectError(response)), response.headers.location);
        assert.ok(response.headers.location.startsWith('/'), 'redirects within Tocsin only');
        assert.equal(await countTokenRequests(tocsin), before, 'no token request');
        assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status = 'connected'"), 0);
        assert.equal(await tocsin.value('select count(*) from tocsin.credentials'), 0);
      });
    }
    await reset();
    admin = await tocsin.signInAs('admin');
    const started = await startConnect(admin, tocsin.org, body);
    const back = await consent(started.authorize_url);
    const before = await countTokenRequests(tocsin);
    // Sentry may add its issuer.
    const response = await admin.get(pkce === 'verify' ? `${back}&iss=${encodeURIComponent(`${tocsin.sandboxUrl}/`)}` : back);
    // With PKCE rejected, Sentry has redirected without a code.
    assert.equal(await countTokenRequests(tocsin), pkce === 'reject' ? before : before + 1, 'exactly one exchange');
    assert.equal(response.headers['referrer-policy'], 'no-referrer');
    assert.equal(response.headers['cache-control'], 'no-store');
    assert.equal(response.text, '');
    if (pkce === 'reject') assert.equal(connectError(response), 'sentry_refused');
    else assert.ok(isConnected(response), response.headers.location);
    await admin.post(`${tocsin.org.path}/integrations/${started.integration.id}/disconnect`);
  });
}

test('the redirect URL is the configured one, regardless of the headers of a request', async () => {
  for (const headers of [
    { Host: 'evil.example' },
    { 'X-Forwarded-Host': 'evil.example' },
    { 'X-Forwarded-Proto': 'https' },
    { 'X-Forwarded-Port': '8443' },
    { 'X-Forwarded-Prefix': '/evil' },
    { 'X-Original-Host': 'evil.example' },
    { 'X-Host': 'evil.example' },
    { Forwarded: 'host=evil.example;proto=https' },
    { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.example' },
    { Referer: 'https://evil.example/' },
  ]) {
    const response = await tocsin.tokenClient().post(`${tocsin.org.path}/integrations`, { mode: 'oauth' }, { headers });
    // A foreign host may also be refused.
    if (response.status !== 201) assert.ok(headers.Host && response.status >= 400 && response.status < 500, response.text);
    else assert.equal(new URL(response.json.authorize_url).searchParams.get('redirect_uri'), `${tocsin.url}/oauth/sentry/callback`, JSON.stringify(headers));
    await reset();
  }
});

test('an error from Sentry uses up the state as a code does, and is shown only as one of our error codes', async () => {
  for (const error of ['access_denied', 'invalid_scope', 'invalid_request', 'unauthorized_client', 'server_error', 'temporarily_unavailable', '<script>alert(1)</script>',
    'x'.repeat(4_000), '%00', '%E2%80%AEdesrever', '%F0%9F%92%A5', "' or 1=1 --", '%0D%0ASet-Cookie:%20a=b', 'javascript:alert(1)', '//evil.example', ' ']) {
    const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
    const state = new URL(url).searchParams.get('state');
    const parameter = error.startsWith('%') ? error : encodeURIComponent(error);
    const back = `/oauth/sentry/callback?error=${parameter}&state=${state}`;
    const before = await countTokenRequests(tocsin);
    const response = await admin.get(back);
    if (response.status === 400 || response.status === 414) continue; // The request itself is invalid.
    assert.equal(response.status, 303, parameter);
    assert.ok(['denied', 'invalid_scope', 'sentry_refused'].includes(connectError(response)), `${parameter}: ${response.headers.location}`);
    assert.match(response.headers.location, /^\/o\/acme\/integrations\?connect_error=\w+$/, parameter);
    assert.equal(response.headers['set-cookie'], undefined);
    assert.equal(connectError(await admin.get(`/oauth/sentry/callback?code=fake&state=${state}`)), 'expired', 'the state is used up');
    assert.equal(await countTokenRequests(tocsin), before);
    await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
  }
});

test('an organization has at most five open flows', async () => {
  await reset();
  const responses = [];
  // With a token each, because a new flow of the same browser or token replaces the previous one.
  for (let i = 0; i < 6; i += 1) {
    const client = tocsin.client({ token: await tocsin.createToken(tocsin.org.slug, 'admin', `starts flow ${i}`) });
    responses.push(await client.post(`${tocsin.org.path}/integrations`, { mode: 'oauth' }));
  }
  assert.deepEqual(responses.map((response) => response.status), [201, 201, 201, 201, 201, 409]);
  assert.match(responses[5].json.detail, /finish one of them/);
  const theirs = await tocsin.tokenClient(globex).post(`${globex.path}/integrations`, { mode: 'oauth' });
  assert.equal(theirs.status, 201, 'the limit is per organization');
});

test('no GET request starts a flow', async () => {
  const before = await tocsin.value('select count(*) from tocsin.connect_flows');
  for (const path of ['', '/setup', '/connect', '?mode=oauth']) await admin.get(`${tocsin.org.path}/integrations${path}`);
  for (const path of ['/oauth/sentry', '/oauth/sentry/start', '/oauth/sentry/callback', '/connect']) await admin.get(path);
  assert.equal(await tocsin.value('select count(*) from tocsin.connect_flows'), before);
});
