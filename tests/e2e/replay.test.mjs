// What was held because nothing was mapped is run again under today's mappings: dry first, then for real, once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { statements } from '../support/statements.mjs';
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

// Sentry tells of the installation, too, some time.
const deliveries = async (query = '') => (await admin.get(`${tocsin.org.path}/deliveries?resource=issue${query}`)).json.items;
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
  const [delivery] = await deliveries('&limit=1');
  const dry = await replay(delivery.id, true);
  assert.deepEqual([dry.status, dry.json.dry_run, dry.json.delivery_id, dry.json.outcome], [200, true, null, 'duplicate'], dry.text);
  assert.ok(dry.json.rule);
  const real = await replay(delivery.id, false);
  assert.deepEqual([real.json.outcome, real.json.delivery_id, (await incidents()).length], ['duplicate', null, 3]);
  assert.equal((await deliveries('&limit=1'))[0].id, delivery.id, 'no row is added');
  // An old change run again must not undo what came after it.
  await send(bodies.issue('resolved'));
  const [resolved] = await deliveries('&limit=1');
  await send(bodies.issue('unresolved'));
  assert.equal((await incidents())[0].status, 'open');
  assert.equal((await replay(resolved.id, false)).json.outcome, 'duplicate');
  assert.equal((await incidents())[0].status, 'open');
});

test('what cannot be run again says so, and nobody else may', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  assert.equal((await replay(id, true)).status, 404);
  assert.equal((await replay('nonsense', true)).status, 404);
  const [delivery] = await deliveries('&limit=1');
  assert.equal((await replay(delivery.id, 'perhaps')).status, 400);
  const responder = await tocsin.signedIn('responder');
  assert.equal((await responder.post(`${tocsin.org.path}/deliveries/${delivery.id}/replay`)).status, 403);
  const globex = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signedIn('admin', globex);
  assert.equal((await theirs.post(`${globex.path}/deliveries/${delivery.id}/replay`)).status, 404);
  await control(tocsin, `installations/${integration.installation_id}/created`);
  const [installation] = (await admin.get(`${tocsin.org.path}/deliveries?resource=installation&limit=1`)).json.items;
  assert.equal((await replay(installation.id, true)).status, 409);
});

test('hundreds that were held are run again in a few transactions, and one that is refused hinders none', async () => {
  const project = { id: '4505281256090777', slug: 'many', name: 'Many' };
  const count = 250;
  const issues = [];
  for (let n = 0; n < count; n += 1) {
    const bodies = new IssueBodies(integration.installation_id, project);
    issues.push(bodies.id);
    await send(bodies.issue('created', n === 120 ? { title: 'refused by a check' } : {}));
    // The last two of an issue: the second sees what the first did.
    if (n === count - 1) await send(bodies.issue('resolved'));
  }
  await mapProject(admin, tocsin.org, integration, project.id, service);
  const held = { integration_id: integration.id, project_id: project.id };
  const run = async (dry) => (await admin.post(`${tocsin.org.path}/unmapped/replay`, { ...held, dry_run: dry })).json.outcomes;
  assert.deepEqual(await run(true), { opened: count, resolved: 1 });
  await tocsin.sql("alter table tocsin.incidents add constraint refused check (title <> 'refused by a check')");
  assert.deepEqual(await run(false), { opened: count - 1, resolved: 1, unreadable: 1 });
  await tocsin.sql('alter table tocsin.incidents drop constraint refused');
  const transactions = await tocsin.value(
    "select count(distinct xmin::text) from tocsin.deliveries where signing_key = 'replay' and project_id = $1", [project.id]);
  // Two parts of a hundred and fifty-one, and each of the hundred that shared a transaction with what was refused.
  assert.ok(transactions <= 2 + 99, `${transactions}`);
  assert.deepEqual(await run(false), { opened: 1 });
  const opened = await tocsin.value('select count(*) from tocsin.incidents where source_id = any($1)', [issues]);
  assert.equal(opened, count);
});

test('what is held is found by an index among many, and so is whether it was run again', async () => {
  const [{ organization_id: org, integration_id: id }] = await tocsin.sql('select organization_id, integration_id from tocsin.integrations');
  await tocsin.sql(`insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, request_id, signing_key, project_id, body_sha256, body_bytes)
    select $1, gen_random_uuid(), $2, 'issue', 'created', case when n % 40 = 0 then 'unmapped' else 'opened' end, 'r', n::text,
           case when n % 50 = 0 then 'replay' else 'current' end, 'p' || n % 8, sha256(n::text::bytea), 1
      from generate_series(1, 40000) n`, [org, id]);
  await tocsin.sql('analyze tocsin.deliveries');
  const { sql } = statements().find((one) => one.name === 'list_held_deliveries');
  const literal = (text) => (text === null ? 'null' : `'${text}'`);
  const asked = [org, id, 'p0', null].reduceRight((text, value, at) => text.replaceAll(`$${at + 1}`, literal(value)), sql);
  const plan = (await tocsin.sql(`explain (format text) ${asked}`)).map((row) => row['QUERY PLAN']).join('\n');
  assert.match(plan, /Index Scan using \S+_integration_id_project__idx/, plan);
  assert.match(plan, /Index Scan using \S+_integration_id_request__idx/, plan);
  assert.doesNotMatch(plan, /Seq Scan \S+ \S+ \S+ +\(cost=0\.00\.\.(?!0\.00)/, 'only partitions that are empty are read as they lie');
});
