// Services: their owners, runbooks, projects, and counts of incidents.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, createService, mapProject } from '../support/steps.mjs';

let tocsin;
let admin;
let path;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  path = `${tocsin.org.path}/services`;
});
after(() => tocsin?.stop());

test('a service has owners and a runbook, which can be changed and removed', async () => {
  const { admin: amir, responder: rosa } = tocsin.org.people;
  const created = await admin.post(path, { slug: 'checkout', name: 'Checkout', runbook_url: ' https://wiki.example/checkout ', owners: [rosa.email.toUpperCase(), amir.email] });
  assert.equal(created.status, 201, created.text);
  const { id, runbook_url: runbook, owners } = created.json;
  assert.equal(runbook, 'https://wiki.example/checkout');
  assert.deepEqual(owners.map(({ email }) => email), [amir.email, rosa.email]);
  const renamed = await admin.patch(`${path}/${id}`, { name: 'Cart' });
  assert.deepEqual([renamed.json.owners, renamed.json.runbook_url], [owners, runbook], 'what is not named stays');
  const emptied = await admin.patch(`${path}/${id}`, { runbook_url: '', owners: [] });
  assert.deepEqual([emptied.json.owners, emptied.json.runbook_url], [[], null]);
  const actions = (await admin.get(`${tocsin.org.path}/audit?limit=20`)).json.items.map(({ action }) => action);
  assert.equal(actions.filter((action) => action === 'service.owner_added').length, 2);
  assert.equal(actions.filter((action) => action === 'service.owner_removed').length, 2);
});

test('owners are members, and a runbook is an address of the web', async () => {
  const globex = await tocsin.createOrganization('globex');
  const { id } = (await admin.post(path, { slug: 'web', name: 'Web' })).json;
  for (const [change, field] of [
    [{ owners: [tocsin.org.people.owner.email, globex.people.admin.email] }, 'owners[1]'],
    [{ owners: ['x@y'] }, 'owners[0]'],
    [{ runbook_url: 'javascript:alert(1)' }, 'runbook_url'],
    [{ runbook_url: 'https://wiki.example/a b' }, 'runbook_url'],
  ]) {
    const refused = await admin.patch(`${path}/${id}`, change);
    assert.deepEqual([refused.status, refused.json.errors?.[0].path], [400, field], refused.text);
  }
  const refused = await admin.post(path, { slug: 'other', name: 'Other', owners: [globex.people.admin.email] });
  assert.equal(refused.status, 400);
  assert.equal((await admin.get(path)).json.items.find(({ slug }) => slug === 'other'), undefined, 'nothing was created');
});

test('a service lists its projects, and counts its incidents that are not resolved', async () => {
  const service = await createService(admin, tocsin.org, 'search');
  const integration = await connect(tocsin, admin, tocsin.org);
  const mapping = await mapProject(admin, tocsin.org, integration, 'checkout', service, { active: false });
  const responder = await tocsin.signInAs('responder');
  const numbers = [];
  for (const severity of ['critical', 'error', 'error', 'info']) {
    numbers.push((await responder.post(`${tocsin.org.path}/incidents`, { title: 'A problem', service_id: service.id, severity })).json.number);
  }
  await responder.post(`${tocsin.org.path}/incidents/${numbers[0]}/acknowledge`, {});
  await responder.post(`${tocsin.org.path}/incidents/${numbers[1]}/resolve`, {});
  const viewer = await tocsin.signInAs('viewer');
  const read = (await viewer.get(`${path}/${service.id}`)).json;
  assert.deepEqual(read.incidents, { open: 2, acknowledged: 1, critical: 1, error: 1, warning: 0, info: 1 });
  assert.deepEqual(read.projects, [{ integration_id: integration.id, id: mapping.sentry_project.id, slug: 'checkout', active: false }]);
  assert.deepEqual((await viewer.get(path)).json.items.find(({ id }) => id === service.id), read, 'the list has the same');
});

test('a member who leaves the organization owns nothing in it', async () => {
  const { viewer } = tocsin.org.people;
  const { id } = (await admin.post(path, { slug: 'mail', name: 'Mail', owners: [viewer.email] })).json;
  const members = (await admin.get(`${tocsin.org.path}/members`)).json.items;
  const removed = await admin.delete(`${tocsin.org.path}/members/${members.find(({ email }) => email === viewer.email).id}`);
  assert.equal(removed.status, 204, removed.text);
  assert.deepEqual((await admin.get(`${path}/${id}`)).json.owners, []);
});
