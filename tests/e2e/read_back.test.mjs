// What a webhook leaves in doubt is settled by asking Sentry, after the webhook was answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control, createService, IssueBodies, mapProject } from '../support/story.mjs';

let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
});
after(() => tocsin?.stop());

const newest = async (what) => (await admin.get(`${tocsin.org.path}/${what}?limit=1`)).json.items[0];
const statusOf = async (number) => (await admin.get(`${tocsin.org.path}/incidents/${number}`)).json.status;

/** Sentry changes an issue, and its webhook is lost on the way. */
async function unheard(issue, change) {
  await control(tocsin, 'settings', { webhook_url: 'http://127.0.0.1:9/lost' });
  await control(tocsin, `issues/${issue.id}/${change}`);
  await control(tocsin, 'settings', { webhook_url: `${tocsin.url}/webhooks/sentry` });
}

/** A webhook whose issue has another status than its action makes. */
async function contradiction(issue, action, status) {
  const bodies = new IssueBodies(integration.installation_id);
  bodies.id = issue.id;
  await tocsin.webhook({ resource: 'issue', body: bodies.issue(action, { status }) });
  const told = (await admin.get(`${tocsin.org.path}/deliveries?outcome=stale&limit=1`)).json.items[0];
  assert.equal(told?.action, action, JSON.stringify((await admin.get(`${tocsin.org.path}/deliveries?limit=2`)).json.items));
}

test('a change that was not heard of is found by the next one that contradicts it', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await newest('incidents');
  await unheard(issue, 'resolve');
  assert.equal(await statusOf(number), 'open');
  await contradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await statusOf(number)) === 'resolved');
  const delivery = (await admin.get(`${tocsin.org.path}/deliveries/${(await newest('deliveries')).id}`)).json;
  assert.deepEqual([delivery.signing_key, delivery.action, delivery.outcome, delivery.incident_number], ['read_back', 'resolved', 'resolved', number]);
  assert.equal(JSON.parse(delivery.body).data.issue.id, issue.id);
  await unheard(issue, 'unresolve');
  await contradiction(issue, 'resolved', 'unresolved');
  await eventually(async () => (await statusOf(number)) === 'open');
});

test('where Sentry cannot be asked the doubt stays, and nothing breaks', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await newest('incidents');
  await unheard(issue, 'resolve');
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 503, times: 100 });
  await contradiction(issue, 'unresolved', 'resolved');
  assert.equal(await statusOf(number), 'open');
  await control(tocsin, 'faults', {}, 'DELETE');
  await contradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await statusOf(number)) === 'resolved');
});

test('an issue that Sentry does not know settles nothing', async () => {
  const bodies = new IssueBodies(integration.installation_id);
  for (const [action, changes] of [['created', {}], ['resolved', { status: 'unresolved' }]]) await tocsin.webhook({ resource: 'issue', body: bodies.issue(action, changes) });
  const { number } = await newest('incidents');
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(await statusOf(number), 'open');
});
