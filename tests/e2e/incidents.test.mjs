// What people do with incidents beside their status: assign, pin a severity, rename, move, many at once, and open one by hand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject } from '../support/story.mjs';

let tocsin;
let admin;
let responder;
let services;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  responder = await tocsin.signedIn('responder');
  services = [await createService(admin, tocsin.org, 'checkout'), await createService(admin, tocsin.org, 'web')];
  const integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', services[0]);
});
after(() => tocsin?.stop());

const path = (number) => `${tocsin.org.path}/incidents/${number}`;
const newest = async () => (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
async function opened(more = {}) {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', ...more });
  return { ...(await newest()), issue };
}
const story = async (number) => (await admin.get(`${path(number)}/timeline`)).json.items;

test('an incident is assigned to a member, and taken back', async () => {
  const { number } = await opened();
  const { email } = tocsin.org.people.responder;
  const assigned = await responder.post(`${path(number)}/assign`, { assignee: email.toUpperCase(), note: 'mine' });
  assert.equal(assigned.json.assignee, email, assigned.text);
  const entry = (await story(number)).at(-1);
  assert.deepEqual([entry.kind, entry.to, entry.text, entry.actor.type], ['assigned', email, 'mine', 'user']);
  assert.equal((await admin.get(`${tocsin.org.path}/incidents?assignee=${email}`)).json.items.length, 1);
  const globex = await tocsin.createOrganization('globex');
  for (const stranger of ['nobody@acme.example', globex.people.admin.email]) {
    const refused = await responder.post(`${path(number)}/assign`, { assignee: stranger });
    assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'assignee']);
  }
  assert.equal((await responder.post(`${path(number)}/assign`, {})).status, 400);
  assert.equal((await responder.post(`${path(number)}/assign`, { assignee: null })).json.assignee, null);
  assert.equal((await responder.post(`${path(99_999)}/assign`, { assignee: null })).status, 404);
  const viewer = await tocsin.signedIn('viewer');
  assert.equal((await viewer.post(`${path(number)}/assign`, { assignee: null })).status, 403);
});

test('a severity that a person set stays, whatever Sentry says; title and service may be set right', async () => {
  const { number, issue } = await opened({ level: 'warning' });
  const edited = await responder.patch(path(number), { severity: 'info', title: 'Known noise', service_id: services[1].id });
  assert.deepEqual([edited.json.severity, edited.json.severity_pinned, edited.json.title, edited.json.service.slug], ['info', true, 'Known noise', 'web']);
  await control(tocsin, `issues/${issue.id}/events`, { level: 'fatal' });
  assert.equal((await admin.get(path(number))).json.severity, 'info');
  assert.deepEqual((await story(number)).filter((one) => one.actor.type === 'user').map((one) => one.kind), ['severity_changed', 'updated', 'updated']);
  // All or nothing.
  const refused = await responder.patch(path(number), { title: 'other', service_id: '00000000-0000-4000-8000-000000000000' });
  assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'service_id']);
  assert.equal((await admin.get(path(number))).json.title, 'Known noise');
  for (const wrong of [{ severity: 'fatal' }, { title: '' }, { title: 'x'.repeat(501) }, { number: 7 }, { service_id: 'web' }])
    assert.equal((await responder.patch(path(number), wrong)).status, 400, JSON.stringify(wrong));
});

test('many at once: each for itself, with one note', async () => {
  const [first, second] = [(await opened()).number, (await opened()).number];
  await responder.post(`${path(second)}/resolve`);
  const { items } = (await responder.post(`${tocsin.org.path}/incidents/bulk`, { numbers: [first, second, 99_999], action: 'acknowledge', note: 'looking' })).json;
  assert.deepEqual(items.map((one) => [one.number, one.ok, one.status ?? one.code]), [[first, true, 'acknowledged'], [second, false, 'illegal_transition'], [99_999, false, 'not_found']]);
  assert.equal((await story(first)).at(-1).text, 'looking');
  const assigned = await responder.post(`${tocsin.org.path}/incidents/bulk`, { numbers: [first, second], action: 'assign', assignee: tocsin.org.people.owner.email });
  assert.deepEqual(assigned.json.items.map((one) => one.ok), [true, true]);
  for (const wrong of [{ numbers: [] }, { numbers: [0] }, { numbers: ['1'] }, { numbers: Array.from({ length: 201 }, (_, i) => i + 1) }, {}, { numbers: [1], action: 'delete' }, { numbers: [1], action: 'assign' }])
    assert.equal((await responder.post(`${tocsin.org.path}/incidents/bulk`, { action: 'resolve', ...wrong })).status, 400, JSON.stringify(wrong));
});

test('an acknowledgement is taken back, alone and for many', async () => {
  const { number } = await opened();
  for (const [action, status] of [['acknowledge', 'acknowledged'], ['unacknowledge', 'open'], ['unacknowledge', 'open']]) {
    const after = await responder.post(`${path(number)}/${action}`);
    assert.deepEqual([after.status, after.json.status], [200, status], after.text);
  }
  assert.equal((await admin.get(path(number))).json.acknowledged_at, null);
  assert.deepEqual((await story(number)).slice(-2).map((one) => one.kind), ['acknowledged', 'unacknowledged']);
  await responder.post(`${path(number)}/acknowledge`);
  const many = await responder.post(`${tocsin.org.path}/incidents/bulk`, { numbers: [number], action: 'unacknowledge' });
  assert.deepEqual(many.json.items, [{ number, ok: true, status: 'open' }]);
  await responder.post(`${path(number)}/resolve`);
  assert.equal((await responder.post(`${path(number)}/unacknowledge`)).status, 409);
});

test('an incident can be opened by hand', async () => {
  const made = await responder.post(`${tocsin.org.path}/incidents`, { title: 'The lights are out', service_id: services[1].id, severity: 'critical', note: 'called in' });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual([made.json.status, made.json.severity, made.json.severity_pinned, made.json.source], ['open', 'critical', true, null]);
  assert.equal(made.json.number, (await newest()).number);
  assert.equal((await responder.post(`${path(made.json.number)}/resolve`)).json.resolution, 'person');
  assert.equal((await responder.post(`${path(made.json.number)}/reopen`)).json.status, 'open');
  assert.equal((await admin.get(`${tocsin.org.path}/incidents?q=lights`)).json.items[0].number, made.json.number);
  assert.equal((await responder.post(`${tocsin.org.path}/incidents`, { title: 'x', service_id: '00000000-0000-4000-8000-000000000000' })).status, 400);
});

test('a regression says who resolved it last, when, with which note and in which release', async () => {
  const { number, issue } = await opened();
  await control(tocsin, `issues/${issue.id}/events`, { release: 'shop@1.2.3' });
  assert.equal((await admin.get(path(number))).json.context.last_resolution, null);
  await responder.post(`${path(number)}/resolve`, { note: 'restarted the queue' });
  await control(tocsin, `issues/${issue.id}/resolve`);
  await control(tocsin, `issues/${issue.id}/unresolve`);
  const back = (await admin.get(path(number))).json;
  assert.equal(back.status, 'open');
  const { at, ...past } = back.context.last_resolution;
  assert.ok(Date.now() - Date.parse(at) < 60_000);
  assert.deepEqual(past, { number, by: tocsin.org.people.responder.email, note: 'restarted the queue', release: null }, 'the release that the incident has by now may be a newer one');

  // Outside of the reopen window it is a new incident, which remembers the one before.
  await responder.post(`${path(number)}/resolve`, { note: 'for good' });
  await tocsin.moveTime(8 * 24 * 3600);
  await control(tocsin, `issues/${issue.id}/resolve`);
  await control(tocsin, `issues/${issue.id}/unresolve`);
  const later = tocsin.withToken();
  const [again] = (await later.get(`${tocsin.org.path}/incidents?limit=1`)).json.items;
  assert.equal(again.context.previous_number, number);
  const { note, release } = (await later.get(path(again.number))).json.context.last_resolution;
  assert.deepEqual([note, release], ['for good', 'shop@1.2.3']);
});
