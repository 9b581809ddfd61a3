// Faults of Sentry during a refresh, in each mode.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, connectInternal, connectOauth, control, sandboxState } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
const integrations = {};
before(async () => {
  tocsin = await startTocsin({
    env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '3', TOCSIN_SENTRY_TIMEOUT: '400ms', TOCSIN_REFRESH_LEASE: '3s', TOCSIN_REFRESH_BACKOFF_BASE: '1h', TOCSIN_REFRESH_BACKOFF_MAX: '2h' },
  });
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signInAs('admin');
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

// Name, fault, outcome of the attempt by mode, and the status reason by mode if it is not `refresh_failing`. The token is still valid, so
// transient failures do not count.
const faults = [
  ['no response', { kind: 'hang' }, transient],
  ['headers only', { kind: 'hang_after_headers' }, transient],
  ['one byte per second', { kind: 'trickle' }, transient],
  ['429 with seconds', { kind: 'status', status: 429, headers: { 'Retry-After': '1' } }, limited],
  ['429 with a date', { kind: 'status', status: 429, headers: { 'Retry-After': new Date(Date.now() + 90_000).toUTCString() } }, limited],
  ['429 with a past date', { kind: 'status', status: 429, headers: { 'Retry-After': 'Mon, 02 Mar 2026 09:00:17 GMT' } }, limited],
  ['429 for a hundred years', { kind: 'status', status: 429, headers: { 'Retry-After': '3155760000' } }, limited],
  ['429 with negative seconds', { kind: 'status', status: 429, headers: { 'Retry-After': '-5' } }, limited],
  ['429 without Retry-After', { kind: 'status', status: 429 }, limited],
  ['500', { kind: 'status', status: 500 }, transient],
  ['502', { kind: 'status', status: 502 }, transient],
  ['503', { kind: 'status', status: 503 }, transient],
  ['504', { kind: 'status', status: 504 }, transient],
  // In OAuth, a 401 refers to the deployment's own client.
  ['a delayed 401', { kind: 'status', status: 401, delay_ms: 200 }, refused, { oauth: 'client_misconfigured' }],
  // If the JWT grant is refused, Tocsin uses the refresh token at once.
  ['403', { kind: 'status', status: 403 }, { ...refused, public: 'refreshed' }],
  ['an HTML error page', { kind: 'html' }, transient],
  ['200 with HTML', { kind: 'status', status: 200, body: '<html>hello</html>', headers: { 'Content-Type': 'text/html' } }, transient],
  ['truncated JSON', { kind: 'truncated' }, transient],
  ['a number with a huge exponent', { kind: 'status', status: 200, body: bomb }, transient],
  ['a huge body', { kind: 'huge', size: 100 * 1024 * 1024 }, transient],
  ['an endless body', { kind: 'endless' }, transient],
  ['a compressed body', { kind: 'gzip' }, transient],
  ['a redirect', { kind: 'redirect' }, transient],
  ['a redirect to itself', { kind: 'redirect_loop' }, transient],
  ['a connection reset', { kind: 'reset' }, transient],
  ['a wrong Content-Length', { kind: 'wrong_length' }, transient],
  ['a folded header line', { kind: 'raw', body: 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}' }, transient],
  ['204', { kind: 'raw', body: 'HTTP/1.1 204 No Content\r\n\r\n' }, transient],
  ['not HTTP', { kind: 'garbage' }, transient],
  ['closed without a response', { kind: 'drop' }, transient],
  ['processed, but the response is lost', { kind: 'lost_answer' }, transient],
];

for (const mode of Object.keys(areas))
  for (const [name, fault, outcomes, reasons = {}] of faults)
    test(`${mode}: ${name}: ${outcomes[mode]}, then recovered`, async () => {
      const before = (await admin.get(path(mode))).json;
      assert.equal(before.status, 'connected');
      await control(tocsin, 'faults', { match: areas[mode], ...fault });
      const began = Date.now();
      const failed = await admin.post(`${path(mode)}/refresh`);
      assert.ok(Date.now() - began < 3_000, 'the attempt has a time limit');
      assert.equal(failed.status, 200, failed.text);
      if (outcomes[mode] === 'refreshed') {
        assert.equal(failed.json.status, 'connected');
        return;
      }
      assert.deepEqual([failed.json.status, failed.json.status_reason], ['degraded', reasons[mode] ?? 'refresh_failing'], failed.text);
      assert.ok(failed.json.remedy);
      assert.equal(failed.json.credential.failed_attempts, 0, 'manual attempts do not count');
      const [attempt] = (await admin.get(`${path(mode)}/attempts`)).json.items;
      assert.equal(attempt.outcome, outcomes[mode], JSON.stringify(attempt));
      assert.ok(attempt.detail);
      // The backoff is one to two hours here, and Retry-After is honored up to an hour.
      const wait = Date.parse(attempt.next_at) - Date.parse(attempt.finished_at);
      assert.ok(wait > 29 * 60_000 && wait <= 2 * 3600_000, `${wait} ms until the next try`);
      await clearFaults(tocsin);
      if (mode === 'oauth' && ['lost_answer', 'truncated', 'gzip', 'wrong_length', 'hang_after_headers', 'trickle'].includes(fault.kind)) {
        // Sentry has replaced both tokens: only a new authorization helps, and the status says so.
        const disconnected = (await admin.post(`${path(mode)}/refresh`)).json;
        assert.deepEqual([disconnected.status, disconnected.status_reason], ['disconnected', 'refused']);
        await admin.post(`${path(mode)}/disconnect`);
        integrations.oauth = await connectOauth(tocsin, admin, tocsin.org);
        return;
      }
      const recovered = await eventually(async () => (await admin.post(`${path(mode)}/refresh`)).json.status === 'connected', { what: `recovery from ${name}` });
      assert.ok(recovered);
    });

test('an uninstall and an invalid grant disconnect at once', async () => {
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  const invalidGrant = (await admin.post(`${path('oauth')}/refresh`)).json;
  assert.deepEqual([invalidGrant.status, invalidGrant.status_reason], ['disconnected', 'refused']);
  await control(tocsin, 'settings', { webhook_url: '' });
  await control(tocsin, `installations/${integrations.public.installation_id}`, undefined, 'DELETE');
  const uninstalled = (await admin.post(`${path('public')}/refresh`)).json;
  assert.deepEqual([uninstalled.status, uninstalled.status_reason], ['disconnected', 'uninstalled']);
});

test('if the JWT grant is not offered, the refresh token is used', async () => {
  const fresh = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  const before = (await sandboxState(tocsin)).token_calls.refresh_token?.[201] ?? 0;
  await control(tocsin, 'settings', { jwt_grant_enabled: false });
  const response = await admin.post(`${tocsin.org.path}/integrations/${fresh.id}/refresh`);
  assert.equal(response.json.status, 'connected', response.text);
  const { token_calls: calls } = await sandboxState(tocsin);
  assert.equal(calls.refresh_token?.[201], before + 1, JSON.stringify(calls));
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${fresh.id}/projects`)).status, 200);
});

for (const kind of ['hang', 'trickle', 'endless'])
  test(`while Sentry responds with ${kind}, webhooks and the console are not slower`, async () => {
    await clearFaults(tocsin);
    const fresh = integrations.intake ?? (integrations.intake = await connectOauth(tocsin, admin, tocsin.org));
    await admin.patch(path('intake'), { webhook_secret: 'fake-secret-of-the-webhooks' });
    const robot = tocsin.tokenClient();
    const readers = [tocsin.tokenClient(), tocsin.tokenClient()];
    await control(tocsin, 'faults', { match: 'all', kind, times: 0 });
    const state = { stopped: false, failed: 0 };
    // More requests than the process may have open with Sentry.
    const blocked = Array.from({ length: 40 }, async (_, i) => {
      while (!state.stopped) {
        const response = i % 4 ? await robot.get(`${path('intake')}/projects`) : await robot.post(`${path('intake')}/test`);
        if (response.status >= 500) state.failed += 1;
      }
    });
    await eventually(() => state.failed > 10, { what: 'failed calls' });
    const durations = [];
    const measure = async (call) => {
      const began = performance.now();
      const response = await call();
      durations.push(performance.now() - began);
      assert.equal(response.status, 200, response.text);
    };
    const webhookPath = new URL(fresh.webhook_url).pathname;
    for (let i = 0; i < 60; i += 1) {
      await Promise.all([
        measure(() => tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(fresh.id).issue('created'), secret: 'fake-secret-of-the-webhooks', path: webhookPath })),
        measure(() => readers[0].get(`${tocsin.org.path}/incidents`)),
        measure(() => readers[1].get(`${tocsin.org.path}/integrations`)),
      ]);
    }
    state.stopped = true;
    await Promise.all(blocked);
    await clearFaults(tocsin);
    // Sentry waits one second for the response to a webhook.
    assert.ok(Math.max(...durations) < 1_000, `the slowest took ${Math.max(...durations).toFixed(0)} ms`);
  });
