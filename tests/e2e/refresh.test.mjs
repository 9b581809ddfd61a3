// The scheduler keeps tokens alive, and an integration turns Disconnected only on proof.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control } from '../support/story.mjs';

let tocsin;
let admin;
let integration;
const read = async () => (await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json;
const attempts = async () => (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/attempts`)).json.items;
const fault = (body) => control(tocsin, 'faults', { match: 'authorizations', ...body });
const tokenCalls = async () => (await control(tocsin, 'state', undefined, 'GET')).token_calls;

before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '3', TOCSIN_SENTRY_TIMEOUT: '2s', TOCSIN_REFRESH_LEASE: '4s' } });
  admin = await tocsin.signedIn('admin');
  integration = await connect(tocsin, admin, tocsin.org);
});
after(() => tocsin?.stop());

/** Time goes on for the database, which says what is due. */
async function untilDue() {
  const due = Date.parse((await read()).credential.next_refresh_at);
  const now = Date.parse((await tocsin.value('select tocsin.now()')).toISOString());
  await tocsin.moveTime(Math.ceil((due - now) / 1000) + 1);
}

test('a token is renewed before it expires, by the JWT grant', async () => {
  const before = await read();
  await untilDue();
  const after = await eventually(async () => {
    const now = await read();
    return now.credential.refreshed_at > before.credential.refreshed_at && now;
  });
  assert.equal(after.status, 'connected');
  const [attempt] = await attempts();
  assert.deepEqual([attempt.outcome, attempt.trigger], ['refreshed', 'schedule']);
  const calls = await tokenCalls();
  assert.equal(Object.entries(calls).filter(([grant]) => grant.includes('jwt')).length, 1, JSON.stringify(calls));
  // The new token works: Sentry lists its projects with it.
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).status, 200);
});

test('Refresh now renews at once', async () => {
  const before = await read();
  const answer = await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
  assert.equal(answer.status, 200, answer.text);
  assert.ok(answer.json.credential.refreshed_at > before.credential.refreshed_at);
  assert.equal((await attempts())[0].trigger, 'person');
});

test('a passing failure degrades, webhooks keep working, and it heals by itself', async () => {
  await fault({ kind: 'status', status: 500, times: 1 });
  const degraded = await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
  assert.equal(degraded.json.status, 'degraded');
  assert.equal(degraded.json.status_reason, 'refresh_failing');
  assert.ok(degraded.json.remedy);
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks[0].status, 200, 'a dead token never silences a page');
  const healed = await eventually(async () => {
    const now = await read();
    return now.status === 'connected' && now;
  });
  assert.equal(healed.credential.failed_attempts, 0);
});

test('a lost answer leaves no dead integration', async () => {
  await fault({ kind: 'lost_answer', times: 1 });
  await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
  await eventually(async () => (await read()).status === 'connected');
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).status, 200);
});

test('garbage, redirects and silence are transient', async () => {
  for (const kind of ['garbage', 'html', 'redirect', 'truncated', 'drop', 'hang']) {
    await fault({ kind, times: 1 });
    const answer = await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
    assert.equal(answer.json.status, 'degraded', kind);
    assert.equal(answer.json.credential.failed_attempts, 0, `${kind} does not count while the token lives`);
    await control(tocsin, 'faults', undefined, 'DELETE');
    await eventually(async () => (await read()).status === 'connected', { what: `recovery from ${kind}` });
  }
});

test('refusals disconnect after the configured number of them', async () => {
  await fault({ kind: 'status', status: 401, times: 0 });
  await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`);
  const ended = await eventually(async () => {
    const now = await read();
    return now.status === 'disconnected' && now;
  });
  assert.equal(ended.status_reason, 'refused');
  assert.match(ended.remedy, /Reconnect/);
  const failed = (await attempts()).filter((attempt) => attempt.outcome === 'refused');
  // The one that a person asked for out of turn does not count: three that were due did.
  assert.equal(failed.length, 4);
  assert.equal(ended.credential.failed_attempts, 3);
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(webhooks[0].status, 200, 'still verified and processed');
  await control(tocsin, 'faults', undefined, 'DELETE');
});
