// Nothing acknowledged may be lost: the service is killed in the middle of webhook load, again and again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, createService, IssueBodies, mapProject } from '../support/story.mjs';

const rounds = 5;
const senders = 16;
let tocsin;
let installation;
before(async () => {
  tocsin = await startTocsin();
  const admin = await tocsin.signedIn('admin');
  const integration = await connect(tocsin, admin, tocsin.org);
  installation = integration.installation_id;
  const service = await createService(admin, tocsin.org, 'checkout');
  await mapProject(admin, tocsin.org, integration, 'checkout', service);
});
after(() => tocsin?.stop());

/** Sends until told to stop; what was answered 200 goes into `acknowledged`. */
async function send(acknowledged, state) {
  while (!state.stopped) {
    const bodies = new IssueBodies(installation);
    state.sent += 1;
    try {
      const answer = await tocsin.webhook({ resource: 'issue', body: bodies.issue('created') });
      if (answer.status === 200) acknowledged.set(answer.json.delivery_id, bodies.id);
    } catch {
      // The connection died with the service: neither acknowledged nor known to be lost.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

test('SIGKILL during load: every acknowledged delivery and its incident are in the database', async () => {
  const acknowledged = new Map();
  for (let round = 1; round <= rounds; round += 1) {
    const state = { sent: 0, stopped: false };
    const target = acknowledged.size + 100;
    const running = Array.from({ length: senders }, () => send(acknowledged, state));
    try {
      await eventually(() => acknowledged.size >= target, { what: 'a hundred acknowledged deliveries' });
      await tocsin.kill();
    } finally {
      state.stopped = true;
      await Promise.all(running);
    }
    await tocsin.restart();
  }
  assert.ok(acknowledged.size >= rounds * 100);
  const stored = new Map((await tocsin.sql('select delivery_id, source_id, outcome from tocsin.deliveries')).map((row) => [row.delivery_id, row]));
  const incidents = new Set((await tocsin.sql("select source_id from tocsin.incidents where status = 'open'")).map((row) => row.source_id));
  const lost = [...acknowledged].filter(([id]) => !stored.has(id));
  const without = [...acknowledged].filter(([, issue]) => !incidents.has(issue));
  assert.deepEqual(lost, [], 'acknowledged, but not stored');
  assert.deepEqual(without, [], 'stored, but without its effect');
});
