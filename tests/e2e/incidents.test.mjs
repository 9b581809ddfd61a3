// Actions on incidents: assign, edit severity, title, and service, act in bulk, open by hand; and the record of the last resolution.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject } from '../support/steps.mjs';

let tocsin;
let admin;
let responder;
let services;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  responder = await tocsin.signInAs('responder');
  services = [await createService(admin, tocsin.org, 'checkout'), await createService(admin, tocsin.org, 'web')];
  const integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', services[0]);
});
after(() => tocsin?.stop());

const incidentPath = (number) => `${tocsin.org.path}/incidents/${number}`;
const readNewest = async () => (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
async function openIncident(issueOptions = {}) {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', ...issueOptions });
  return { ...(await readNewest()), issue };
}
const readTimeline = async (number) => (await admin.get(`${incidentPath(number)}/timeline`)).json.items;

test('an incident is assigned to a member and unassigned', async () => {
  const { number } = await openIncident();
  const { email } = tocsin.org.people.responder;
  const assigned = await responder.post(`${incidentPath(number)}/assign`, { assignee: email.toUpperCase(), note: 'mine' });
  assert.equal(assigned.json.assignee, email, assigned.text);
  const entry = (await readTimeline(number)).at(-1);
  assert.deepEqual([entry.kind, entry.to, entry.text, entry.actor.type], ['assigned', email, 'mine', 'user']);
  assert.equal((await admin.get(`${tocsin.org.path}/incidents?assignee=${email}`)).json.items.length, 1);
  const globex = await tocsin.createOrganization('globex');
  for (const assignee of ['nobody@acme.example', globex.people.admin.email]) {
    const refused = await responder.post(`${incidentPath(number)}/assign`, { assignee });
    assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'assignee']);
  }
  assert.equal((await responder.post(`${incidentPath(number)}/assign`, {})).status, 400);
  assert.equal((await responder.post(`${incidentPath(number)}/assign`, { assignee: null })).json.assignee, null);
  assert.equal((await responder.post(`${incidentPath(99_999)}/assign`, { assignee: null })).status, 404);
  const viewer = await tocsin.signInAs('viewer');
  assert.equal((await viewer.post(`${incidentPath(number)}/assign`, { assignee: null })).status, 403);
});

test('a severity set by a person stays; title and service can be edited', async () => {
  const { number, issue } = await openIncident({ level: 'warning' });
  const edited = await responder.patch(incidentPath(number), { severity: 'info', title: 'Known noise', service_id: services[1].id });
  assert.deepEqual([edited.json.severity, edited.json.severity_pinned, edited.json.title, edited.json.service.slug], ['info', true, 'Known noise', 'web']);
  await control(tocsin, `issues/${issue.id}/events`, { level: 'fatal' });
  assert.equal((await admin.get(incidentPath(number))).json.severity, 'info');
  assert.deepEqual((await readTimeline(number)).filter((item) => item.actor.type === 'user').map((item) => item.kind), ['severity_changed', 'updated', 'updated']);
  // All or nothing.
  const refused = await responder.patch(incidentPath(number), { title: 'other', service_id: '00000000-0000-4000-8000-000000000000' });
  assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'service_id']);
  assert.equal((await admin.get(incidentPath(number))).json.title, 'Known noise');
  for (const invalid of [{ severity: 'fatal' }, { title: '' }, { title: 'x'.repeat(501) }, { number: 7 }, { service_id: 'web' }])
    assert.equal((await responder.patch(incidentPath(number), invalid)).status, 400, JSON.stringify(invalid));
});

test('a bulk action reports a result for each incident and applies one note to all', async () => {
  const [first, second] = [(await openIncident()).number, (await openIncident()).number];
  await responder.post(`${incidentPath(second)}/resolve`);
  const { items } = (await responder.post(`${tocsin.org.path}/incidents/bulk`, { numbers: [first, second, 99_999], action: 'acknowledge', note: 'looking' })).json;
  assert.deepEqual(items.map((item) => [item.number, item.ok, item.status ?? item.code]), [[first, true, 'acknowledged'], [second, false, 'illegal_transition'], [99_999, false, 'not_found']]);
  assert.equal((await readTimeline(first)).at(-1).text, 'looking');
  const assigned = await responder.post(`${tocsin.org.path}/incidents/bulk`, { numbers: [first, second], action: 'assign', assignee: tocsin.org.people.owner.email });
  assert.deepEqual(assigned.json.items.map((item) => item.ok), [true, true]);
  for (const invalid of [{ numbers: [] }, { numbers: [0] }, { numbers: ['1'] }, { numbers: Array.from({ length: 201 }, (_, i) => i + 1) }, {}, { numbers: [1], action: 'delete' }, { numbers: [1], action: 'assign' }])
    assert.equal((await responder.post(`${tocsin.org.path}/incidents/bulk`, { action: 'resolve', ...invalid })).status, 400, JSON.stringify(invalid));
});

test('an acknowledgement can be revoked for one incident and in bulk', async () => {
  const { number } = await openIncident();
  for (const [action, status] of [['acknowledge', 'acknowledged'], ['unacknowledge', 'open'], ['unacknowledge', 'open']]) {
    const response = await responder.post(`${incidentPath(number)}/${action}`);
    assert.deepEqual([response.status, response.json.status], [200, status], response.text);
  }
  assert.equal((await admin.get(incidentPath(number))).json.acknowledged_at, null);
  assert.deepEqual((await readTimeline(number)).slice(-2).map((item) => item.kind), ['acknowledged', 'unacknowledged']);
  await responder.post(`${incidentPath(number)}/acknowledge`);
  const bulk = await responder.post(`${tocsin.org.path}/incidents/bulk`, { numbers: [number], action: 'unacknowledge' });
  assert.deepEqual(bulk.json.items, [{ number, ok: true, status: 'open' }]);
  await responder.post(`${incidentPath(number)}/resolve`);
  assert.equal((await responder.post(`${incidentPath(number)}/unacknowledge`)).status, 409);
});

test('an incident can be opened by hand', async () => {
  const created = await responder.post(`${tocsin.org.path}/incidents`, { title: 'The lights are out', service_id: services[1].id, severity: 'critical', note: 'called in' });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual([created.json.status, created.json.severity, created.json.severity_pinned, created.json.source], ['open', 'critical', true, null]);
  assert.equal(created.json.number, (await readNewest()).number);
  assert.equal((await responder.post(`${incidentPath(created.json.number)}/resolve`)).json.resolution, 'person');
  assert.equal((await responder.post(`${incidentPath(created.json.number)}/reopen`)).json.status, 'open');
  assert.equal((await admin.get(`${tocsin.org.path}/incidents?q=lights`)).json.items[0].number, created.json.number);
  assert.equal((await responder.post(`${tocsin.org.path}/incidents`, { title: 'x', service_id: '00000000-0000-4000-8000-000000000000' })).status, 400);
});

test('a reopened incident shows its last resolution: actor, time, note, and release', async () => {
  const { number, issue } = await openIncident();
  await control(tocsin, `issues/${issue.id}/events`, { release: 'shop@1.2.3' });
  assert.equal((await admin.get(incidentPath(number))).json.context.last_resolution, null);
  await responder.post(`${incidentPath(number)}/resolve`, { note: 'restarted the queue' });
  await control(tocsin, `issues/${issue.id}/resolve`);
  await control(tocsin, `issues/${issue.id}/unresolve`);
  const reopened = (await admin.get(incidentPath(number))).json;
  assert.equal(reopened.status, 'open');
  const { at, ...resolution } = reopened.context.last_resolution;
  assert.ok(Date.now() - Date.parse(at) < 60_000);
  assert.deepEqual(resolution, { number, by: tocsin.org.people.responder.email, note: 'restarted the queue', release: null }, 'the release is unknown: the latest event may be of a newer release');

  // After the reopen window a new incident opens that refers to the previous one.
  await responder.post(`${incidentPath(number)}/resolve`, { note: 'for good' });
  await tocsin.setTimeOffset(8 * 24 * 3600);
  await control(tocsin, `issues/${issue.id}/resolve`);
  await control(tocsin, `issues/${issue.id}/unresolve`);
  const robot = tocsin.tokenClient();
  const [next] = (await robot.get(`${tocsin.org.path}/incidents?limit=1`)).json.items;
  assert.equal(next.context.previous_number, number);
  const { note, release } = (await robot.get(incidentPath(next.number))).json.context.last_resolution;
  assert.deepEqual([note, release], ['for good', 'shop@1.2.3']);
});
