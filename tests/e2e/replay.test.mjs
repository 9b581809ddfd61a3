// What was held because nothing was mapped is run again under today's mappings: dry first, then for real, once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, control, createService, IssueBodies, mapProject } from '../support/story.mjs';

let tocsin;
let admin;
let integration;
let service;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  service = await createService(admin, tocsin.org, 'checkout');
});
after(() => tocsin?.stop());

const deliveries = async (query = '') => (await admin.get(`${tocsin.org.path}/deliveries${query}`)).json.items;
const replay = (id, dry) => admin.post(`${tocsin.org.path}/deliveries/${id}/replay?dry_run=${dry}`);
const incidents = async () => (await admin.get(`${tocsin.org.path}/incidents`)).json.items;
const send = (body) => tocsin.webhook({ resource: 'issue', body });

test('held deliveries are run again after mapping: dry, then for real, then there is nothing left', async () => {
  const bodies = [new IssueBodies(integration.installation_id), new IssueBodies(integration.installation_id)];
  for (const each of bodies) assert.equal((await send(each.issue('created'))).status, 200);
  const [project] = (await admin.get(`${tocsin.org.path}/unmapped`)).json.items;
  assert.equal(project.deliveries, 2);
  const held = { integration_id: integration.id, project_id: bodies[0].project.id };
  const before = await admin.post(`${tocsin.org.path}/unmapped/replay`, held);
  assert.deepEqual(before.json, { dry_run: true, outcomes: { unmapped: 2 } }, before.text);
  await mapProject(admin, tocsin.org, integration, bodies[0].project.id, service);
  const dry = await admin.post(`${tocsin.org.path}/unmapped/replay`, held);
  assert.deepEqual(dry.json, { dry_run: true, outcomes: { opened: 2 } });
  assert.deepEqual([(await incidents()).length, (await deliveries()).length], [0, 2], 'nothing stays of a dry run');
  const real = await admin.post(`${tocsin.org.path}/unmapped/replay`, { ...held, dry_run: false });
  assert.deepEqual(real.json, { dry_run: false, outcomes: { opened: 2 } });
  assert.deepEqual((await incidents()).map((one) => one.number).sort(), [1, 2]);
  assert.deepEqual((await admin.post(`${tocsin.org.path}/unmapped/replay`, { ...held, dry_run: false })).json.outcomes, {}, 'once');
});

test('one delivery: what it would do, what it does, and that it does it once', async () => {
  const bodies = new IssueBodies(integration.installation_id);
  await send(bodies.issue('created'));
  const [delivery] = await deliveries('?limit=1');
  const dry = await replay(delivery.id, true);
  assert.deepEqual([dry.status, dry.json.dry_run, dry.json.delivery_id, dry.json.outcome], [200, true, null, 'duplicate'], dry.text);
  assert.ok(dry.json.rule);
  const real = await replay(delivery.id, false);
  assert.deepEqual([real.json.outcome, real.json.delivery_id, (await incidents()).length], ['duplicate', null, 3]);
  assert.equal((await deliveries('?limit=1'))[0].id, delivery.id, 'no row is added');
  // An old change run again must not undo what came after it.
  await send(bodies.issue('resolved'));
  const [resolved] = await deliveries('?limit=1');
  await send(bodies.issue('unresolved'));
  assert.equal((await incidents())[0].status, 'open');
  assert.equal((await replay(resolved.id, false)).json.outcome, 'duplicate');
  assert.equal((await incidents())[0].status, 'open');
});

test('what cannot be run again says so, and nobody else may', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  assert.equal((await replay(id, true)).status, 404);
  assert.equal((await replay('nonsense', true)).status, 404);
  const [delivery] = await deliveries('?limit=1');
  assert.equal((await replay(delivery.id, 'perhaps')).status, 400);
  const responder = await tocsin.signedIn('responder');
  assert.equal((await responder.post(`${tocsin.org.path}/deliveries/${delivery.id}/replay`)).status, 403);
  const globex = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signedIn('admin', globex);
  assert.equal((await theirs.post(`${globex.path}/deliveries/${delivery.id}/replay`)).status, 404);
  await control(tocsin, `installations/${integration.installation_id}/created`);
  const [installation] = await deliveries('?resource=installation&limit=1');
  assert.equal((await replay(installation.id, true)).status, 409);
});
