// What each way in which Sentry misbehaves leads to, in each mode: one row each.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, connectInternal, connectOauth, control, IssueBodies } from '../support/story.mjs';

let tocsin;
let admin;
const integrations = {};
before(async () => {
  tocsin = await startTocsin({
    env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '3', TOCSIN_SENTRY_TIMEOUT: '400ms', TOCSIN_REFRESH_LEASE: '3s', TOCSIN_REFRESH_BACKOFF_BASE: '1h', TOCSIN_REFRESH_BACKOFF_MAX: '2h' },
  });
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signedIn('admin');
  integrations.public = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  integrations.oauth = await connectOauth(tocsin, admin, tocsin.org);
  integrations.internal = (await connectInternal(tocsin, admin, tocsin.org)).integration;
});
after(() => tocsin?.stop());

const areas = { public: 'authorizations', oauth: 'oauth_token', internal: 'organization' };
const path = (mode) => `${tocsin.org.path}/integrations/${integrations[mode].id}`;

const transient = { public: 'transient', oauth: 'transient', internal: 'transient' };
const refused = { public: 'refused', oauth: 'refused', internal: 'refused' };
const limited = { public: 'rate_limited', oauth: 'rate_limited', internal: 'rate_limited' };
const bomb = `{"token":1${'0'.repeat(30)}e1000000000000}`;

// Outcome of the attempt by mode; the status is degraded unless `status` says otherwise. The token lives, so nothing transient counts.
const rows = [
  ['no answer at all', { kind: 'hang' }, transient],
  ['headers, then silence', { kind: 'hang_after_headers' }, transient],
  ['a byte a second', { kind: 'trickle' }, transient],
  ['429 with seconds', { kind: 'status', status: 429, headers: { 'Retry-After': '1' } }, limited],
  ['429 with a date', { kind: 'status', status: 429, headers: { 'Retry-After': new Date(Date.now() + 90_000).toUTCString() } }, limited],
  ['429 with a date of the past', { kind: 'status', status: 429, headers: { 'Retry-After': 'Mon, 02 Mar 2026 09:00:17 GMT' } }, limited],
  ['429 for a hundred years', { kind: 'status', status: 429, headers: { 'Retry-After': '3155760000' } }, limited],
  ['429 for less than nothing', { kind: 'status', status: 429, headers: { 'Retry-After': '-5' } }, limited],
  ['429 without a word', { kind: 'status', status: 429 }, limited],
  ['500', { kind: 'status', status: 500 }, transient],
  ['502', { kind: 'status', status: 502 }, transient],
  ['503', { kind: 'status', status: 503 }, transient],
  ['504', { kind: 'status', status: 504 }, transient],
  // OAuth's 401 names our own client.
  ['401, late', { kind: 'status', status: 401, delay_ms: 200 }, refused, { oauth: 'client_misconfigured' }],
  // The JWT grant refused: the refresh token has renewed at once.
  ['403', { kind: 'status', status: 403 }, { ...refused, public: 'refreshed' }],
  ['a proxy\'s page', { kind: 'html' }, transient],
  ['200 with a page', { kind: 'status', status: 200, body: '<html>hello</html>', headers: { 'Content-Type': 'text/html' } }, transient],
  ['JSON that ends early', { kind: 'truncated' }, transient],
  ['a number that kills parsers', { kind: 'status', status: 200, body: bomb }, transient],
  ['a huge body', { kind: 'huge', size: 100 * 1024 * 1024 }, transient],
  ['a body without end', { kind: 'endless' }, transient],
  ['compressed', { kind: 'gzip' }, transient],
  ['a redirect', { kind: 'redirect' }, transient],
  ['a redirect to itself', { kind: 'redirect_loop' }, transient],
  ['a reset', { kind: 'reset' }, transient],
  ['a wrong length', { kind: 'wrong_length' }, transient],
  ['a header that breaks lines', { kind: 'raw', body: 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}' }, transient],
  ['204', { kind: 'raw', body: 'HTTP/1.1 204 No Content\r\n\r\n' }, transient],
  ['not HTTP', { kind: 'garbage' }, transient],
  ['closed before', { kind: 'drop' }, transient],
  ['done, and the answer lost', { kind: 'lost_answer' }, transient],
];

for (const mode of Object.keys(areas))
  for (const [name, fault, outcomes, reasons = {}] of rows)
    test(`${mode}: ${name}: ${outcomes[mode]}, then well again`, async () => {
      const before = (await admin.get(path(mode))).json;
      assert.equal(before.status, 'connected');
      await control(tocsin, 'faults', { match: areas[mode], ...fault });
      const began = Date.now();
      const failed = await admin.post(`${path(mode)}/refresh`);
      assert.ok(Date.now() - began < 3_000, 'bounded');
      assert.equal(failed.status, 200, failed.text);
      if (outcomes[mode] === 'refreshed') {
        assert.equal(failed.json.status, 'connected');
        return;
      }
      assert.deepEqual([failed.json.status, failed.json.status_reason], ['degraded', reasons[mode] ?? 'refresh_failing'], failed.text);
      assert.ok(failed.json.remedy);
      assert.equal(failed.json.credential.failed_attempts, 0, 'what a person tries in between counts for nothing');
      const [attempt] = (await admin.get(`${path(mode)}/attempts`)).json.items;
      assert.equal(attempt.outcome, outcomes[mode], JSON.stringify(attempt));
      assert.ok(attempt.detail);
      // Backoff is an hour to two here, and no wish of Sentry's is granted beyond an hour.
      const wait = Date.parse(attempt.next_at) - Date.parse(attempt.finished_at);
      assert.ok(wait > 29 * 60_000 && wait <= 2 * 3600_000, `${wait} ms until the next try`);
      await control(tocsin, 'faults', undefined, 'DELETE');
      if (mode === 'oauth' && ['lost_answer', 'truncated', 'gzip', 'wrong_length', 'hang_after_headers', 'trickle'].includes(fault.kind)) {
        // Sentry has replaced the pair: only a person brings it back, and the status says so.
        const dead = (await admin.post(`${path(mode)}/refresh`)).json;
        assert.deepEqual([dead.status, dead.status_reason], ['disconnected', 'refused']);
        await admin.post(`${path(mode)}/disconnect`);
        integrations.oauth = await connectOauth(tocsin, admin, tocsin.org);
        return;
      }
      const healed = await eventually(async () => (await admin.post(`${path(mode)}/refresh`)).json.status === 'connected', { what: `recovery from ${name}` });
      assert.ok(healed);
    });

test('proof disconnects at once: gone, and a dead grant', async () => {
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  const dead = (await admin.post(`${path('oauth')}/refresh`)).json;
  assert.deepEqual([dead.status, dead.status_reason], ['disconnected', 'refused']);
  await control(tocsin, 'settings', { webhook_url: '' });
  await control(tocsin, `installations/${integrations.public.installation_id}`, undefined, 'DELETE');
  const gone = (await admin.post(`${path('public')}/refresh`)).json;
  assert.deepEqual([gone.status, gone.status_reason], ['disconnected', 'uninstalled']);
});

test('where the JWT grant is not offered, the refresh token renews', async () => {
  const fresh = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  const before = (await control(tocsin, 'state', undefined, 'GET')).token_calls.refresh_token?.[201] ?? 0;
  await control(tocsin, 'settings', { jwt_grant_enabled: false });
  const answer = await admin.post(`${tocsin.org.path}/integrations/${fresh.id}/refresh`);
  assert.equal(answer.json.status, 'connected', answer.text);
  const { token_calls: calls } = await control(tocsin, 'state', undefined, 'GET');
  assert.equal(calls.refresh_token?.[201], before + 1, JSON.stringify(calls));
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${fresh.id}/projects`)).status, 200);
});

for (const kind of ['hang', 'trickle', 'endless'])
  test(`while Sentry's answers are of the kind ${kind}, webhooks and the console go on as ever`, async () => {
    await control(tocsin, 'faults', undefined, 'DELETE');
    const fresh = integrations.intake ?? (integrations.intake = await connectOauth(tocsin, admin, tocsin.org));
    await admin.patch(path('intake'), { webhook_secret: 'fake-secret-of-the-webhooks' });
    const robot = tocsin.withToken();
    const reading = [tocsin.withToken(), tocsin.withToken()];
    await control(tocsin, 'faults', { match: 'all', kind, times: 0 });
    const state = { over: false, failed: 0 };
    // More calls under way than the process may have with Sentry.
    const stuck = Array.from({ length: 40 }, async (_, i) => {
      while (!state.over) {
        const answer = i % 4 ? await robot.get(`${path('intake')}/projects`) : await robot.post(`${path('intake')}/test`);
        if (answer.status >= 500) state.failed += 1;
      }
    });
    await eventually(() => state.failed > 10, { what: 'calls that fail' });
    const took = [];
    const timed = async (call) => {
      const began = performance.now();
      const answer = await call();
      took.push(performance.now() - began);
      assert.equal(answer.status, 200, answer.text);
    };
    const to = new URL(fresh.webhook_url).pathname;
    for (let i = 0; i < 60; i += 1) {
      await Promise.all([
        timed(() => tocsin.webhook({ resource: 'issue', body: new IssueBodies(fresh.id).issue('created'), secret: 'fake-secret-of-the-webhooks', path: to })),
        timed(() => reading[0].get(`${tocsin.org.path}/incidents`)),
        timed(() => reading[1].get(`${tocsin.org.path}/integrations`)),
      ]);
    }
    state.over = true;
    await Promise.all(stuck);
    await control(tocsin, 'faults', undefined, 'DELETE');
    // Sentry gives up on a webhook after a second.
    assert.ok(Math.max(...took) < 1_000, `the slowest took ${Math.max(...took).toFixed(0)} ms`);
  });
