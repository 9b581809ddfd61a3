// What an organization decides for all its members: whether an incident is assigned to the member who acknowledges it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { createService } from '../support/steps.mjs';

let tocsin;
let admin;
let responder;
let service;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  responder = await tocsin.signInAs('responder');
  service = await createService(admin, tocsin.org, 'checkout');
});
after(() => tocsin?.stop());

const openIncident = async () => (await responder.post(`${tocsin.org.path}/incidents`, { title: 'A problem', service_id: service.id })).json.number;
const post = async (client, number, action, body = {}) => (await client.post(`${tocsin.org.path}/incidents/${number}/${action}`, body)).json;
const settings = () => `${tocsin.org.path}/settings`;

test('an incident without an assignee is assigned to the member who acknowledges it', async () => {
  const number = await openIncident();
  assert.equal((await post(responder, number, 'acknowledge')).assignee, tocsin.org.people.responder.email);
  const other = await openIncident();
  await post(responder, other, 'assign', { assignee: tocsin.org.people.admin.email });
  assert.equal((await post(responder, other, 'acknowledge')).assignee, tocsin.org.people.admin.email, 'not taken from another member');
  const { json } = await responder.post(`${tocsin.org.path}/incidents/bulk`, { numbers: [await openIncident()], action: 'acknowledge' });
  const listed = (await responder.get(`${tocsin.org.path}/incidents?assignee=me`)).json.items.map((incident) => incident.number);
  assert.deepEqual(listed, [json.items[0].number, number]);
});

test('an API token, which is no member, takes no incident', async () => {
  assert.equal((await post(tocsin.tokenClient(), await openIncident(), 'acknowledge')).assignee, null);
});

test('an admin switches this off, for this organization only', async () => {
  assert.deepEqual((await responder.get(settings())).json, { assign_on_acknowledge: true });
  assert.equal((await responder.patch(settings(), { assign_on_acknowledge: false })).status, 403);
  assert.equal((await admin.patch(settings(), {})).status, 400);
  assert.deepEqual((await admin.patch(settings(), { assign_on_acknowledge: false })).json, { assign_on_acknowledge: false });
  assert.equal((await post(responder, await openIncident(), 'acknowledge')).assignee, null);
  const globex = await tocsin.createOrganization('globex');
  assert.deepEqual((await (await tocsin.signInAs('viewer', globex)).get(`${globex.path}/settings`)).json, { assign_on_acknowledge: true });
  const [entry] = (await admin.get(`${tocsin.org.path}/audit?limit=1&action=organization.changed`)).json.items;
  assert.equal(entry.action, 'organization.changed');
});
