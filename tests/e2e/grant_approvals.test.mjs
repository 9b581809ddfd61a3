// Calls of grants that a person must approve.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectInternal, control } from '../support/steps.mjs';

let tocsin;
let admin;
let owner;
let grant;
let issue;
const path = (rest = '') => `${tocsin.org.path}/approvals${rest}`;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  owner = await tocsin.signInAs('owner');
  const { integration } = await connectInternal(tocsin, admin, tocsin.org, { scopes: ['org:read', 'project:read', 'team:read', 'event:read', 'event:write'] });
  ({ issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' }));
  const { json: token } = await admin.post(`${tocsin.org.path}/tokens`, { name: 'robot', role: 'viewer' });
  const wanted = { name: 'asks', integration_id: integration.id, token_id: token.id, approval: 'writes', operations: ['get_issue', 'resolve_issue', 'comment_issue'] };
  const { json } = await admin.post(`${tocsin.org.path}/grants`, wanted);
  const client = tocsin.client({ token: token.token });
  grant = { ...json, client, base: `${tocsin.org.path}/grants/${json.id}`, call: (operation, args) => client.post(`${tocsin.org.path}/grants/${json.id}/call`, { operation, args }) };
});
after(() => tocsin?.stop());
const statusAtSentry = async () => (await grant.call('get_issue', { issue: issue.id })).json.data.status;

test('a change waits for a person, is made when it is approved, and its result waits for the one who asked', async () => {
  const asked = await grant.call('resolve_issue', { issue: issue.id });
  assert.equal(asked.status, 202, asked.text);
  const { approval_id: id, approval_url: url } = asked.json;
  assert.equal(url, `${tocsin.url}/o/acme/approvals/${id}`);
  assert.equal(await statusAtSentry(), 'unresolved', 'reading needs no approval');
  const again = await grant.client.request('PUT', `${grant.base}/sentry/api/0/organizations/northwind/issues/${issue.id}/`, { json: { status: 'resolved' } });
  assert.equal(again.status, 202);
  const waiting = (await grant.client.get(path(`/${id}`))).json;
  assert.deepEqual([waiting.state, waiting.operation, waiting.asked_by, waiting.result], ['asked', 'resolve_issue', 'robot', null]);
  assert.equal((await grant.client.post(path(`/${id}/approve`))).status, 403, 'the robot cannot approve');

  const approved = await admin.post(path(`/${id}/approve`));
  assert.deepEqual([approved.status, approved.json.state, approved.json.result_status, approved.json.decided_by, approved.json.result], [200, 'done', 200, tocsin.org.people.admin.email, null]);
  assert.equal(await statusAtSentry(), 'resolved');
  assert.equal((await grant.client.get(path(`/${id}`))).json.result.id, issue.id);
  assert.deepEqual([(await admin.post(path(`/${id}/approve`))).status, (await owner.post(path(`/${id}/deny`))).status], [409, 409], 'it is decided once');
  const denied = await admin.post(path(`/${again.json.approval_id}/deny`));
  assert.equal(denied.json.state, 'denied');
  const actions = (await admin.get(`${tocsin.org.path}/audit?action=approval&limit=10`)).json.items.map((entry) => entry.action);
  assert.deepEqual(actions.toSorted(), ['approval.approved', 'approval.asked', 'approval.asked', 'approval.denied', 'approval.done']);
});

test('the same call that still waits is not asked for twice', async () => {
  const ids = [];
  for (let i = 0; i < 2; i += 1) ids.push((await grant.call('comment_issue', { issue: issue.id, text: 'Once.' })).json.approval_id);
  assert.equal(ids[0], ids[1]);
  assert.notEqual((await grant.call('comment_issue', { issue: issue.id, text: 'Twice.' })).json.approval_id, ids[0]);
});

test('a member cannot approve their own change, and other members do not see a request', async () => {
  const { json: own } = await admin.post(`${tocsin.org.path}/grants`, { name: 'own', integration_id: grant.integration_id, approval: 'all', operations: ['get_issue', 'comment_issue'] });
  const call = (operation, args) => admin.post(`${tocsin.org.path}/grants/${own.id}/call`, { operation, args });
  const change = (await call('comment_issue', { issue: issue.id, text: 'x' })).json.approval_id;
  assert.equal((await admin.post(path(`/${change}/approve`))).status, 403);
  assert.equal((await owner.post(path(`/${change}/approve`))).json.state, 'done');
  const reading = (await call('get_issue', { issue: issue.id })).json.approval_id;
  const read = await admin.post(path(`/${reading}/approve`));
  assert.deepEqual([read.json.state, read.json.result.id], ['done', issue.id], 'reading is approved by anyone who may');
  const viewer = await tocsin.signInAs('viewer');
  assert.equal((await viewer.get(path(`/${change}`))).status, 404);
  assert.equal((await grant.client.get(path(`/${change}`))).status, 404);
});

test('an approval counts with the rights of that moment, and not after a day', async () => {
  const { approval_id: late } = (await grant.call('comment_issue', { issue: issue.id, text: 'late' })).json;
  await tocsin.sql(`update tocsin.approvals set expires_at = tocsin.now() where approval_id = $1`, [late]);
  const refused = await admin.post(path(`/${late}/approve`));
  assert.deepEqual([refused.status, refused.json.code], [409, 'conflict']);
  const { approval_id: id } = (await grant.call('comment_issue', { issue: issue.id, text: 'narrowed' })).json;
  await admin.patch(grant.base, { operations: ['get_issue'] });
  const failed = (await admin.post(path(`/${id}/approve`))).json;
  assert.equal(failed.state, 'failed');
  assert.match(failed.detail, /does not include comment_issue/);
});
