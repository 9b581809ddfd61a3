// Who may end what somebody began: each way a callback may come, for the public integration and for the OAuth application with a Sentry
// that verifies PKCE, ignores it, or refuses it. Only the browser, session and person that began get an exchange, and one.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { authorize, control, install, startConnect } from '../support/story.mjs';

let tocsin;
let admin;
let globex;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SESSION_IDLE: '365d', TOCSIN_SESSION_MAX: '365d' } });
  globex = await tocsin.createOrganization('globex');
});
after(() => tocsin?.stop());
beforeEach(async () => {
  admin = await tocsin.signedIn('admin');
});

let ahead = 0;
async function forward(seconds) {
  ahead += seconds;
  await tocsin.moveTime(ahead);
  await control(tocsin, 'clock', { advance: seconds });
}

const state = () => control(tocsin, 'state', undefined, 'GET');
const sum = (counts) => Object.values(counts ?? {}).reduce((all, count) => all + count, 0);
/** Everything that asks Sentry for a token. */
const calls = async () => Object.values((await state()).token_calls).reduce((all, counts) => all + sum(counts), 0);
/** Nothing is open here, nothing installed there. */
const startAnew = async () => {
  await tocsin.sql('update tocsin.connect_flows set used_at = coalesce(used_at, now())');
  for (const { uuid } of (await state()).installations) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
};
const errorOf = (answer) => new URL(answer.headers.location, tocsin.url).searchParams.get('connect_error');
const binding = (client) => `tocsin_connect=${client.cookies.get('tocsin_connect').value}`;
const session = (client) => `tocsin_session=${client.cookies.get('tocsin_session').value}`;
const withCookies = (url, ...cookies) => tocsin.client().get(url, { headers: { Cookie: cookies.join('; ') } });
const setRole = (role) =>
  tocsin.sql('update tocsin.members set role = $2 from tocsin.users u where u.user_id = members.user_id and u.email = $1', [tocsin.org.people.admin.email, role]);

const modes = {
  public: { begin: { mode: 'public' }, go: (url) => install(tocsin, url) },
  'oauth, PKCE verified': { begin: { mode: 'oauth' }, pkce: 'verify', go: (url) => authorize(tocsin, url) },
  'oauth, PKCE ignored': { begin: { mode: 'oauth' }, pkce: 'ignore', go: (url) => authorize(tocsin, url) },
  'oauth, PKCE refused': { begin: { mode: 'oauth' }, pkce: 'reject', go: (url) => authorize(tocsin, url) },
};

/** Each takes the address that Sentry led to, and answers what came of going there. */
const refused = {
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
    return withCookies(back, session(await tocsin.signedIn('admin')), cookie);
  },
  'another session of the same person': async ({ back }) => withCookies(back, session(await tocsin.signedIn('admin')), binding(admin)),
  'another person of the organization': async ({ back }) => withCookies(back, session(await tocsin.signedIn('owner')), binding(admin)),
  'a person of another organization': async ({ back }) => withCookies(back, session(await tocsin.signedIn('admin', globex)), binding(admin)),
  'a cookie that nobody was given': ({ back }) => withCookies(back, session(admin), `tocsin_connect=${'A'.repeat(43)}`),
  'a demoted admin': async ({ back }) => {
    await setRole('responder');
    const answer = await admin.get(back);
    await setRole('admin');
    return answer;
  },
  'a member no more': async ({ back }) => {
    const [row] = await tocsin.sql('delete from tocsin.members m using tocsin.users u where u.user_id = m.user_id and u.email = $1 returning m.*', [tocsin.org.people.admin.email]);
    const answer = await admin.get(back);
    await tocsin.sql('insert into tocsin.members (organization_id, user_id, role) values ($1, $2, $3)', [row.organization_id, row.user_id, row.role]);
    return answer;
  },
  'eleven minutes later': async ({ back }) => {
    await forward(11 * 60);
    return admin.get(back);
  },
  'after Disconnect': async ({ back, integration }) => {
    assert.equal((await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`)).status, 200);
    return admin.get(back);
  },
  'after the intent was used up': async ({ back }) => {
    await withCookies(back, binding(admin));
    return admin.get(back);
  },
  'after Connect was pressed again': async ({ back, begin }) => {
    await startConnect(admin, tocsin.org, begin);
    return begin.mode === 'oauth' ? admin.get(back) : withCookies(back, session(admin), `tocsin_connect=${'A'.repeat(43)}`);
  },
};
/** A state is the OAuth application's alone. */
const refusedStates = {
  'an unknown state': ({ back }) => admin.get(back.replace(/state=[^&]{5}/, 'state=AAAAA')),
  'an empty state': ({ back }) => admin.get(back.replace(/state=[^&]+/, 'state=')),
  'no state': ({ back }) => admin.get(back.replace(/&?state=[^&]+/, '')),
  'an issuer that is not our Sentry': ({ back }) => admin.get(`${back}&iss=https%3A%2F%2Fsentry.example`),
  'an issuer that is no address': ({ back }) => admin.get(`${back}&iss=sentry`),
  'the state of another person\'s flow': async ({ back }) => {
    const theirs = await tocsin.signedIn('admin', globex);
    const { authorize_url: url } = await startConnect(theirs, globex, { mode: 'oauth' });
    return admin.get(back.replace(/state=[^&]+/, `state=${new URL(url).searchParams.get('state')}`));
  },
};

for (const [mode, { begin, pkce, go }] of Object.entries(modes)) {
  const cells = { ...refused, ...(pkce ? refusedStates : {}) };
  test(`${mode}: ${Object.keys(cells).length} ways that are refused without asking Sentry for a token, and the right one`, async (t) => {
    if (pkce) await control(tocsin, 'oauth', { pkce, user_organizations: ['northwind'], forget_approvals: true });
    for (const [name, attempt] of Object.entries(cells)) {
      await t.test(name, async () => {
        await startAnew();
        admin = await tocsin.signedIn('admin');
        const started = await startConnect(admin, tocsin.org, begin);
        const back = await go(started.authorize_url);
        const before = await calls();
        const answer = await attempt({ ...started, back, begin });
        assert.equal(answer.status, 303);
        assert.ok(['wrong_browser', 'expired', 'installation_without_code', 'denied', 'sentry_refused'].includes(errorOf(answer)), answer.headers.location);
        assert.ok(answer.headers.location.startsWith('/'), 'to our own pages');
        assert.equal(await calls(), before, 'Sentry was asked for no token');
        assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status = 'connected'"), 0);
        assert.equal(await tocsin.value('select count(*) from tocsin.credentials'), 0);
      });
    }
    await startAnew();
    admin = await tocsin.signedIn('admin');
    const started = await startConnect(admin, tocsin.org, begin);
    const back = await go(started.authorize_url);
    const before = await calls();
    // Sentry may as well say who it is.
    const answer = await admin.get(pkce === 'verify' ? `${back}&iss=${encodeURIComponent(`${tocsin.sandboxUrl}/`)}` : back);
    // Sentry has refused already, and sends no code.
    assert.equal(await calls(), pkce === 'reject' ? before : before + 1, 'one exchange');
    assert.equal(answer.headers['referrer-policy'], 'no-referrer');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.text, '');
    if (pkce === 'reject') assert.equal(errorOf(answer), 'sentry_refused');
    else assert.ok(answer.headers.location.endsWith('?connected=1'), answer.headers.location);
    await admin.post(`${tocsin.org.path}/integrations/${started.integration.id}/disconnect`);
  });
}

test('the redirect URL is the configured one, whatever a request says of its host', async () => {
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
    const answer = await tocsin.withToken().post(`${tocsin.org.path}/integrations`, { mode: 'oauth' }, { headers });
    // A host that is none of ours may as well be refused.
    if (answer.status !== 201) assert.ok(headers.Host && answer.status >= 400 && answer.status < 500, answer.text);
    else assert.equal(new URL(answer.json.authorize_url).searchParams.get('redirect_uri'), `${tocsin.url}/oauth/sentry/callback`, JSON.stringify(headers));
    await startAnew();
  }
});

test('an error from Sentry uses the state up as a code does, and is only ever told by a name of ours', async () => {
  for (const error of ['access_denied', 'invalid_scope', 'invalid_request', 'unauthorized_client', 'server_error', 'temporarily_unavailable', '<script>alert(1)</script>',
    'x'.repeat(4_000), '%00', '%E2%80%AEdesrever', '%F0%9F%92%A5', "' or 1=1 --", '%0D%0ASet-Cookie:%20a=b', 'javascript:alert(1)', '//evil.example', ' ']) {
    const { authorize_url: url, integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
    const state = new URL(url).searchParams.get('state');
    const said = error.startsWith('%') ? error : encodeURIComponent(error);
    const back = `/oauth/sentry/callback?error=${said}&state=${state}`;
    const before = await calls();
    const answer = await admin.get(back);
    if (answer.status === 400 || answer.status === 414) continue; // Not even a request: nothing was begun with it.
    assert.equal(answer.status, 303, said);
    assert.ok(['denied', 'invalid_scope', 'sentry_refused'].includes(errorOf(answer)), `${said}: ${answer.headers.location}`);
    assert.match(answer.headers.location, /^\/o\/acme\/integrations\?connect_error=\w+$/, said);
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.equal(errorOf(await admin.get(`/oauth/sentry/callback?code=fake&state=${state}`)), 'expired', 'it is used up');
    assert.equal(await calls(), before);
    await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
  }
});

test('no more than five connections are open at once in an organization', async () => {
  await startAnew();
  const answers = [];
  // Each from a browser of its own: a second one in the same browser takes the place of the first.
  for (let i = 0; i < 6; i += 1) answers.push(await tocsin.withToken().post(`${tocsin.org.path}/integrations`, { mode: 'oauth' }));
  assert.deepEqual(answers.map((answer) => answer.status), [201, 201, 201, 201, 201, 409]);
  assert.match(answers[5].json.detail, /finish one of them/);
  const theirs = await tocsin.withToken(globex).post(`${globex.path}/integrations`, { mode: 'oauth' });
  assert.equal(theirs.status, 201, 'and each organization has its own five');
});

test('no GET begins a flow', async () => {
  const before = await tocsin.value('select count(*) from tocsin.connect_flows');
  for (const path of ['', '/setup', '/connect', '?mode=oauth']) await admin.get(`${tocsin.org.path}/integrations${path}`);
  for (const path of ['/oauth/sentry', '/oauth/sentry/start', '/oauth/sentry/callback', '/connect']) await admin.get(path);
  assert.equal(await tocsin.value('select count(*) from tocsin.connect_flows'), before);
});
