// A captured or repeated webhook has no second effect: at once, after an hour, after the delivery itself was deleted, and 64 times at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies, sentryJson } from '../support/webhook.mjs';

const sources = Number(process.env.TOCSIN_TEST_SOURCES ?? 60);
const day = 86_400;
let tocsin;
let installation;
before(async () => {
  tocsin = await startTocsin();
  ({ installation_id: installation } = await connectWithMapping(tocsin, await tocsin.signInAs('admin')));
});
after(() => tocsin?.stop());

const send = async (bytes, resource = 'issue') => {
  const response = await tocsin.sendWebhook({ resource, body: bytes });
  assert.equal(response.status, 200, response.text);
  return response.json.delivery_id;
};
const outcomes = async (ids) => (await tocsin.sql('select outcome, count(*)::int as count from tocsin.deliveries where delivery_id = any($1) group by 1', [ids]))
  .reduce((all, { outcome, count }) => ({ ...all, [outcome]: count }), {});
/** Everything that an effect would change, apart from the times of the last delivery. */
const state = async () => ({
  incidents: await tocsin.sql('select number, status, version, title, reopened_count from tocsin.incidents order by number'),
  sources: await tocsin.sql('select source_id, events, last_state_at, last_incident from tocsin.sources order by source_id'),
  timeline: await tocsin.value('select count(*) from tocsin.timeline'),
});

test('the last applied delivery of each source is repeated without effect', async (t) => {
  const latest = [];
  for (let i = 0; i < sources; i += 1) {
    const bodies = new IssueBodies(installation);
    await send(Buffer.from(sentryJson(bodies.issue('created'))));
    const last = Buffer.from(sentryJson(bodies.issue('resolved', { lastSeen: '2026-03-02T09:14:06.000000+00:00' })));
    await send(last);
    latest.push(last);
  }
  const before = await state();
  assert.equal(before.incidents.length, sources);
  for (const [when, offset] of [['at once', 0], ['after an hour', 3600], ['after 31 days', 31 * day]]) {
    await tocsin.setTimeOffset(offset);
    // As the scheduler does once an hour.
    await tocsin.sql('select tocsin.make_delivery_partitions(2)');
    const ids = [];
    for (const bytes of latest) for (let i = 0; i < 3; i += 1) ids.push(await send(bytes));
    assert.deepEqual(await state(), before, when);
    const found = await outcomes(ids);
    t.diagnostic(`${when}: ${JSON.stringify(found)}`);
    assert.deepEqual(found, { duplicate: ids.length }, when);
  }
  const ids = await Promise.all(Array.from({ length: 64 }, () => send(latest[0])));
  assert.deepEqual(await outcomes(ids), { duplicate: 64 });
  assert.deepEqual(await state(), before);
});

test('an older delivery of a source is stale', async () => {
  await tocsin.setTimeOffset(0);
  const bodies = new IssueBodies(installation);
  const created = Buffer.from(sentryJson(bodies.issue('created', { lastSeen: '2026-03-02T09:14:05.000000+00:00' })));
  await send(created);
  await send(Buffer.from(sentryJson(bodies.issue('resolved', { lastSeen: '2026-03-02T10:00:00.000000+00:00' }))));
  const before = await state();
  const again = await Promise.all(Array.from({ length: 16 }, () => send(created)));
  assert.deepEqual(await state(), before);
  const found = await outcomes(again);
  assert.deepEqual(Object.keys(found).filter((outcome) => !['stale', 'duplicate'].includes(outcome)), [], JSON.stringify(found));
});

test('resolving, reopening, and resolving with equal bodies are three changes', async () => {
  const bodies = new IssueBodies(installation);
  await send(Buffer.from(sentryJson(bodies.issue('created'))));
  const at = { lastSeen: '2026-03-02T09:14:06.000000+00:00' };
  const resolved = Buffer.from(sentryJson(bodies.issue('resolved', at)));
  const unresolved = Buffer.from(sentryJson(bodies.issue('unresolved', at)));
  const ids = [];
  for (const bytes of [resolved, unresolved, resolved]) ids.push(await send(bytes));
  assert.deepEqual(await outcomes(ids), { resolved: 2, reopened: 1 });
});
