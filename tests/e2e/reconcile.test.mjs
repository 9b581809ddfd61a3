// Webhooks that leave an issue's state in doubt: the reconciler reads the issue from Sentry.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connectWithMapping, control } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  integration = await connectWithMapping(tocsin, admin);
});
after(() => tocsin?.stop());
const countRequests = (condition = 'true') => tocsin.value(`select count(*) from tocsin.reconcile_requests where ${condition}`);
beforeEach(() => eventually(async () => (await countRequests()) === 0, { what: 'the end of earlier requests' }));

const readNewest = async (collection) => (await admin.get(`${tocsin.org.path}/${collection}?limit=1`)).json.items[0];
const readStatus = async (number) => (await admin.get(`${tocsin.org.path}/incidents/${number}`)).json.status;

/** Changes an issue in Sentry; its webhook is lost. */
async function changeWithoutWebhook(issue, change) {
  await control(tocsin, 'settings', { webhook_url: 'http://127.0.0.1:9/lost' });
  await control(tocsin, `issues/${issue.id}/${change}`);
  await control(tocsin, 'settings', { webhook_url: `${tocsin.url}/webhooks/sentry` });
}

/** Sends a webhook whose issue has a status that contradicts its action. */
async function sendContradiction(issue, action, status) {
  const bodies = new IssueBodies(integration.installation_id);
  bodies.id = issue.id;
  await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue(action, { status }) });
  const stale = (await admin.get(`${tocsin.org.path}/deliveries?outcome=stale&limit=1`)).json.items[0];
  assert.equal(stale?.action, action, JSON.stringify((await admin.get(`${tocsin.org.path}/deliveries?limit=2`)).json.items));
}

test('a lost change is repaired after the next webhook that contradicts it', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await readNewest('incidents');
  await changeWithoutWebhook(issue, 'resolve');
  assert.equal(await readStatus(number), 'open');
  await sendContradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await readStatus(number)) === 'resolved');
  const delivery = (await admin.get(`${tocsin.org.path}/deliveries/${(await readNewest('deliveries')).id}`)).json;
  assert.deepEqual([delivery.signing_key, delivery.action, delivery.outcome, delivery.incident_number], ['read_back', 'resolved', 'resolved', number]);
  assert.equal(JSON.parse(delivery.body).data.issue.id, issue.id);
  await changeWithoutWebhook(issue, 'unresolve');
  await sendContradiction(issue, 'resolved', 'unresolved');
  await eventually(async () => (await readStatus(number)) === 'open');
});

test('while Sentry is unavailable, the incident does not change', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await readNewest('incidents');
  await changeWithoutWebhook(issue, 'resolve');
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 503, times: 100 });
  await sendContradiction(issue, 'unresolved', 'resolved');
  assert.equal(await readStatus(number), 'open');
  await clearFaults(tocsin);
  await sendContradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await readStatus(number)) === 'resolved');
});

test('after a failure, the issue is read again', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await readNewest('incidents');
  await changeWithoutWebhook(issue, 'resolve');
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 503, times: 2 });
  await sendContradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await readStatus(number)) === 'resolved');
  await eventually(async () => (await countRequests()) === 0);
  const text = await tocsin.metrics();
  assert.match(text, /tocsin_read_backs_total\{result="put_off"\} [1-9]/);
  assert.match(text, /tocsin_read_backs_total\{result="settled"\} [1-9]/);
});

test('webhooks in the wrong order are reconciled, too', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await readNewest('incidents');
  // In Sentry the issue was resolved and then reopened; the webhooks arrive in the opposite order.
  const bodies = new IssueBodies(integration.installation_id);
  bodies.id = issue.id;
  for (const action of ['unresolved', 'resolved']) await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue(action) });
  await eventually(async () => (await readStatus(number)) === 'open');
  assert.equal((await admin.get(`${tocsin.org.path}/deliveries?outcome=reopened&limit=1`)).json.items[0].action, 'unresolved');
});

test('after a process is killed, another one takes over its request', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await readNewest('incidents');
  await changeWithoutWebhook(issue, 'resolve');
  // Sentry does not respond until the process is killed.
  await control(tocsin, 'faults', { match: 'issues', kind: 'hang', times: 1 });
  await sendContradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await countRequests('tries > 0')) === 1, { what: 'a request in progress' });
  await tocsin.kill();
  assert.equal(await tocsin.value('select status from tocsin.incidents where number = $1', [number]), 'open');
  await tocsin.startSecondProcess();
  // As if the lease had expired.
  await tocsin.sql('update tocsin.reconcile_requests set due_at = tocsin.now()');
  await eventually(async () => (await tocsin.value('select status from tocsin.incidents where number = $1', [number])) === 'resolved');
  await eventually(async () => (await countRequests()) === 0);
  await tocsin.restart();
});

const readEnds = async (number) => {
  const { items } = (await admin.get(`${tocsin.org.path}/incidents/${number}/timeline?limit=50`)).json;
  return items.filter((entry) => entry.kind === 'resolved').map((entry) => entry.text);
};

test('an issue that was deleted in Sentry ends its incident', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await readNewest('incidents');
  await control(tocsin, `issues/${issue.id}`, undefined, 'DELETE');
  await sendContradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await readStatus(number)) === 'resolved');
  assert.deepEqual(await readEnds(number), ['deleted in Sentry']);
});

test('an issue that was merged into another one in Sentry ends its incident', async () => {
  const { issue: target } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await readNewest('incidents');
  await control(tocsin, `issues/${issue.id}/merge`, { into: target.id });
  await sendContradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await readStatus(number)) === 'resolved');
  assert.deepEqual(await readEnds(number), [`merged into ${target.short_id} in Sentry`]);
});

test('reconcile requests end with their integration', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 503, times: 0 });
  await sendContradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await countRequests('tries > 1')) === 1, { what: 'a request that is repeated' });
  const response = await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
  assert.equal(response.status, 200, response.text);
  await eventually(async () => (await countRequests()) === 0);
});
