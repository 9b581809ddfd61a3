// Replaying deliveries that were unmapped under the current mappings: a dry run, then a replay, which takes effect once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { statements } from '../support/sql_statements.mjs';
import { connect, control, createService, mapProject } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
let integration;
let service;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  service = await createService(admin, tocsin.org, 'checkout');
});
after(() => tocsin?.stop());

// Only issues, because Sentry also sends an installation webhook at some time.
const listDeliveries = async (query = '') => (await admin.get(`${tocsin.org.path}/deliveries?resource=issue${query}`)).json.items;
const replay = (id, dryRun) => admin.post(`${tocsin.org.path}/deliveries/${id}/replay?dry_run=${dryRun}`);
const listIncidents = async () => (await admin.get(`${tocsin.org.path}/incidents`)).json.items;
const send = (body) => tocsin.sendWebhook({ resource: 'issue', body });

test('unmapped deliveries are replayed after mapping: dry run, replay, and then nothing is left', async () => {
  const bodies = [new IssueBodies(integration.installation_id), new IssueBodies(integration.installation_id)];
  for (const issue of bodies) assert.equal((await send(issue.issue('created'))).status, 200);
  const [project] = (await admin.get(`${tocsin.org.path}/unmapped`)).json.items;
  assert.equal(project.deliveries, 2);
  const selection = { integration_id: integration.id, project_id: bodies[0].project.id };
  const before = await admin.post(`${tocsin.org.path}/unmapped/replay`, selection);
  assert.deepEqual(before.json, { dry_run: true, outcomes: { unmapped: 2 } }, before.text);
  await mapProject(admin, tocsin.org, integration, bodies[0].project.id, service);
  const dryRun = await admin.post(`${tocsin.org.path}/unmapped/replay`, selection);
  assert.deepEqual(dryRun.json, { dry_run: true, outcomes: { opened: 2 } });
  assert.deepEqual([(await listIncidents()).length, (await listDeliveries()).length], [0, 2], 'a dry run changes nothing');
  const replayed = await admin.post(`${tocsin.org.path}/unmapped/replay`, { ...selection, dry_run: false });
  assert.deepEqual(replayed.json, { dry_run: false, outcomes: { opened: 2 } });
  assert.deepEqual((await listIncidents()).map((incident) => incident.number).sort(), [1, 2]);
  assert.deepEqual((await admin.post(`${tocsin.org.path}/unmapped/replay`, { ...selection, dry_run: false })).json.outcomes, {}, 'a replay takes effect once');
});

test('a single delivery: dry run and replay have the same outcome, and an applied delivery is a duplicate', async () => {
  const bodies = new IssueBodies(integration.installation_id);
  await send(bodies.issue('created'));
  const [delivery] = await listDeliveries('&limit=1');
  const dryRun = await replay(delivery.id, true);
  assert.deepEqual([dryRun.status, dryRun.json.dry_run, dryRun.json.delivery_id, dryRun.json.outcome], [200, true, null, 'duplicate'], dryRun.text);
  assert.ok(dryRun.json.rule);
  const replayed = await replay(delivery.id, false);
  assert.deepEqual([replayed.json.outcome, replayed.json.delivery_id, (await listIncidents()).length], ['duplicate', null, 3]);
  assert.equal((await listDeliveries('&limit=1'))[0].id, delivery.id, 'no row is added');
  // Replaying an old change must not undo later ones.
  await send(bodies.issue('resolved'));
  const [resolved] = await listDeliveries('&limit=1');
  await send(bodies.issue('unresolved'));
  assert.equal((await listIncidents())[0].status, 'open');
  assert.equal((await replay(resolved.id, false)).json.outcome, 'duplicate');
  assert.equal((await listIncidents())[0].status, 'open');
});

test('an invalid replay is refused, and only admins of the organization may replay', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  assert.equal((await replay(id, true)).status, 404);
  assert.equal((await replay('nonsense', true)).status, 404);
  const [delivery] = await listDeliveries('&limit=1');
  assert.equal((await replay(delivery.id, 'perhaps')).status, 400);
  const responder = await tocsin.signInAs('responder');
  assert.equal((await responder.post(`${tocsin.org.path}/deliveries/${delivery.id}/replay`)).status, 403);
  const globex = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signInAs('admin', globex);
  assert.equal((await theirs.post(`${globex.path}/deliveries/${delivery.id}/replay`)).status, 404);
  await control(tocsin, `installations/${integration.installation_id}/created`);
  const [installation] = (await admin.get(`${tocsin.org.path}/deliveries?resource=installation&limit=1`)).json.items;
  assert.equal((await replay(installation.id, true)).status, 409);
});

test('hundreds of deliveries are replayed in a few transactions, and a rejected one does not affect the others', async () => {
  const project = { id: '4505281256090777', slug: 'many', name: 'Many' };
  const count = 250;
  const issues = [];
  for (let n = 0; n < count; n += 1) {
    const bodies = new IssueBodies(integration.installation_id, project);
    issues.push(bodies.id);
    await send(bodies.issue('created', n === 120 ? { title: 'rejected by a check' } : {}));
    // Two deliveries of the last issue: the second depends on the first.
    if (n === count - 1) await send(bodies.issue('resolved'));
  }
  await mapProject(admin, tocsin.org, integration, project.id, service);
  const selection = { integration_id: integration.id, project_id: project.id };
  const replayAll = async (dryRun) => (await admin.post(`${tocsin.org.path}/unmapped/replay`, { ...selection, dry_run: dryRun })).json.outcomes;
  assert.deepEqual(await replayAll(true), { opened: count, resolved: 1 });
  await tocsin.sql("alter table tocsin.incidents add constraint rejecting check (title <> 'rejected by a check')");
  assert.deepEqual(await replayAll(false), { opened: count - 1, resolved: 1, unreadable: 1 });
  await tocsin.sql('alter table tocsin.incidents drop constraint rejecting');
  const transactions = await tocsin.value(
    "select count(distinct xmin::text) from tocsin.deliveries where signing_key = 'replay' and project_id = $1", [project.id]);
  // Two batches (100 and 151 deliveries), and single transactions for those that shared a batch with the rejected one.
  assert.ok(transactions <= 2 + 99, `${transactions}`);
  assert.deepEqual(await replayAll(false), { opened: 1 });
  const opened = await tocsin.value('select count(*) from tocsin.incidents where source_id = any($1)', [issues]);
  assert.equal(opened, count);
});

test('unmapped deliveries and their replays are found by index', async () => {
  const [{ organization_id: org, integration_id: id }] = await tocsin.sql('select organization_id, integration_id from tocsin.integrations');
  await tocsin.sql(`insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, request_id, signing_key, project_id, body_sha256, body_bytes)
    select $1, gen_random_uuid(), $2, 'issue', 'created', case when n % 40 = 0 then 'unmapped' else 'opened' end, 'r', n::text,
           case when n % 50 = 0 then 'replay' else 'current' end, 'p' || n % 8, sha256(n::text::bytea), 1
      from generate_series(1, 40000) n`, [org, id]);
  await tocsin.sql('analyze tocsin.deliveries');
  const { sql } = statements().find((statement) => statement.name === 'list_unmapped_deliveries');
  const literal = (text) => (text === null ? 'null' : `'${text}'`);
  const query = [org, id, 'p0', null, null].reduceRight((text, value, at) => text.replaceAll(`$${at + 1}`, literal(value)), sql);
  const plan = (await tocsin.sql(`explain (format text) ${query}`)).map((row) => row['QUERY PLAN']).join('\n');
  assert.match(plan, /Index Scan using \S+_integration_id_project__idx/, plan);
  assert.match(plan, /Index Scan using \S+_integration_id_request__idx/, plan);
  assert.doesNotMatch(plan, /Seq Scan \S+ \S+ \S+ +\(cost=0\.00\.\.(?!0\.00)/, 'only empty partitions are scanned sequentially');
});
