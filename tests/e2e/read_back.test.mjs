// What a webhook leaves in doubt is settled by asking Sentry, after the webhook was answered.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
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
beforeEach(() => eventually(async () => (await tocsin.value('select count(*) from tocsin.doubts')) === 0, { what: 'an end of the doubts before' }));

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

test('where Sentry could not be asked it is asked again', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await newest('incidents');
  await unheard(issue, 'resolve');
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 503, times: 2 });
  await contradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await statusOf(number)) === 'resolved');
  await eventually(async () => (await tocsin.value('select count(*) from tocsin.doubts')) === 0);
  const { text } = await tocsin.client({ base: tocsin.adminUrl }).get('/metrics');
  assert.match(text, /tocsin_read_backs_total\{result="put_off"\} [1-9]/);
  assert.match(text, /tocsin_read_backs_total\{result="settled"\} [1-9]/);
});

test('changes that come in the wrong order are settled, too', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await newest('incidents');
  // In Sentry it was resolved and is open again; the webhook of the first is the later one to come.
  const bodies = new IssueBodies(integration.installation_id);
  bodies.id = issue.id;
  for (const action of ['unresolved', 'resolved']) await tocsin.webhook({ resource: 'issue', body: bodies.issue(action) });
  await eventually(async () => (await statusOf(number)) === 'open');
  assert.equal((await admin.get(`${tocsin.org.path}/deliveries?outcome=reopened&limit=1`)).json.items[0].action, 'unresolved');
});

test('a process that is killed before it has asked leaves the doubt to another', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  const { number } = await newest('incidents');
  await unheard(issue, 'resolve');
  // Sentry takes its time over this issue, until the process that asks has ended.
  await control(tocsin, 'faults', { match: 'issues', kind: 'hang', times: 1 });
  await contradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await tocsin.value('select count(*) from tocsin.doubts where tries > 0')) === 1, { what: 'a doubt that is being settled' });
  await tocsin.kill();
  assert.equal(await tocsin.value('select status from tocsin.incidents where number = $1', [number]), 'open');
  await tocsin.startAnother();
  // Its lease is over.
  await tocsin.sql('update tocsin.doubts set due_at = tocsin.now()');
  await eventually(async () => (await tocsin.value('select status from tocsin.incidents where number = $1', [number])) === 'resolved');
  await eventually(async () => (await tocsin.value('select count(*) from tocsin.doubts')) === 0);
  await tocsin.restart();
});

test('an issue that Sentry does not know settles nothing', async () => {
  const bodies = new IssueBodies(integration.installation_id);
  for (const [action, changes] of [['created', {}], ['resolved', { status: 'unresolved' }]]) await tocsin.webhook({ resource: 'issue', body: bodies.issue(action, changes) });
  const { number } = await newest('incidents');
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.equal(await statusOf(number), 'open');
});

test('doubts end with their integration', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 503, times: 0 });
  await contradiction(issue, 'unresolved', 'resolved');
  await eventually(async () => (await tocsin.value('select count(*) from tocsin.doubts where tries > 1')) === 1, { what: 'a doubt that waits' });
  const answer = await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
  assert.equal(answer.status, 200, answer.text);
  await eventually(async () => (await tocsin.value('select count(*) from tocsin.doubts')) === 0);
});
