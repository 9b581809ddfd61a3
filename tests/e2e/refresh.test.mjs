// The scheduler refreshes tokens, and an integration is disconnected only on proof.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, control, sandboxState } from '../support/steps.mjs';

let tocsin;
let admin;
let integration;
const read = async () => (await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json;
const readAttempts = async () => (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/attempts`)).json.items;
const injectFault = (body) => control(tocsin, 'faults', { match: 'authorizations', ...body });

before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '3', TOCSIN_SENTRY_TIMEOUT: '2s', TOCSIN_REFRESH_LEASE: '4s' } });
  admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
});
after(() => tocsin?.stop());

/** Moves the database's clock to the time of the next refresh. */
async function untilDue() {
  const due = Date.parse((await read()).credential.next_refresh_at);
  const now = Date.parse((await tocsin.value('select tocsin.now()')).toISOString());
  await tocsin.setTimeOffset(Math.ceil((due - now) / 1000) + 1);
}

test('a token is refreshed by the JWT grant before it expires', async () => {
  const before = await read();
  await untilDue();
  const refreshed = await eventually(async () => {
    const now = await read();
    return now.credential.refreshed_at > before.credential.refreshed_at && now;
  });
  assert.equal(refreshed.status, 'connected');
  const [attempt] = await readAttempts();
  assert.deepEqual([attempt.outcome, attempt.trigger], ['refreshed', 'schedule']);
  const calls = (await sandboxState(tocsin)).token_calls;
  assert.equal(Object.entries(calls).filter(([grant]) => grant.includes('jwt')).length, 1, JSON.stringify(calls));
  // The new token works.
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).status, 200);
});

test('an admin refreshes a token at once', async () => {
  const before = await read();
  const response = await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
  assert.equal(response.status, 200, response.text);
  assert.ok(response.json.credential.refreshed_at > before.credential.refreshed_at);
  assert.equal((await readAttempts())[0].trigger, 'person');
});

test('a temporary failure degrades the integration, webhooks still work, and it recovers', async () => {
  await injectFault({ kind: 'status', status: 500, times: 1 });
  const degraded = await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
  assert.equal(degraded.json.status, 'degraded');
  assert.equal(degraded.json.status_reason, 'refresh_failing');
  assert.ok(degraded.json.remedy);
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks[0].status, 200, 'webhooks are processed without a valid token');
  const recovered = await eventually(async () => {
    const now = await read();
    return now.status === 'connected' && now;
  });
  assert.equal(recovered.credential.failed_attempts, 0);
});

test('an integration recovers from a lost response', async () => {
  await injectFault({ kind: 'lost_answer', times: 1 });
  await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
  await eventually(async () => (await read()).status === 'connected');
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).status, 200);
});

test('garbage, redirects, and timeouts are transient', async () => {
  for (const kind of ['garbage', 'html', 'redirect', 'truncated', 'drop', 'hang']) {
    await injectFault({ kind, times: 1 });
    const response = await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
    assert.equal(response.json.status, 'degraded', kind);
    assert.equal(response.json.credential.failed_attempts, 0, `${kind} does not count while the token is valid`);
    await clearFaults(tocsin);
    await eventually(async () => (await read()).status === 'connected', { what: `recovery from ${kind}` });
  }
});

test('the configured number of refusals disconnects the integration', async () => {
  await injectFault({ kind: 'status', status: 401, times: 0 });
  await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
  const disconnected = await eventually(async () => {
    const now = await read();
    return now.status === 'disconnected' && now;
  });
  assert.equal(disconnected.status_reason, 'refused');
  assert.match(disconnected.remedy, /Reconnect/);
  const failed = (await readAttempts()).filter((attempt) => attempt.outcome === 'refused');
  // The manual attempt does not count; the three scheduled attempts do.
  assert.equal(failed.length, 4);
  assert.equal(disconnected.credential.failed_attempts, 3);
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks[0].status, 200, 'webhooks are still processed');
  await clearFaults(tocsin);
});
