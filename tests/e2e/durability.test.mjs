// No accepted delivery is lost when the service is killed repeatedly under load.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const rounds = 5;
const senders = 16;
let tocsin;
let installation;
before(async () => {
  tocsin = await startTocsin();
  ({ installation_id: installation } = await connectWithMapping(tocsin, await tocsin.signInAs('admin')));
});
after(() => tocsin?.stop());

/** Sends until `state.stopped`. Adds the issue of each accepted delivery to `accepted`. */
async function send(accepted, state) {
  while (!state.stopped) {
    const bodies = new IssueBodies(installation);
    state.sent += 1;
    try {
      const response = await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue('created') });
      if (response.status === 200) accepted.set(response.json.delivery_id, bodies.id);
    } catch {
      // The connection ended with the service: the delivery's fate is unknown.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

test('after SIGKILL under load, every accepted delivery and its incident are in the database', async () => {
  const accepted = new Map();
  for (let round = 1; round <= rounds; round += 1) {
    const state = { sent: 0, stopped: false };
    const target = accepted.size + 100;
    const running = Array.from({ length: senders }, () => send(accepted, state));
    try {
      await eventually(() => accepted.size >= target, { what: 'a hundred accepted deliveries' });
      await tocsin.kill();
    } finally {
      state.stopped = true;
      await Promise.all(running);
    }
    await tocsin.restart();
  }
  assert.ok(accepted.size >= rounds * 100);
  const stored = new Map((await tocsin.sql('select delivery_id, source_id, outcome from tocsin.deliveries')).map((row) => [row.delivery_id, row]));
  const incidents = new Set((await tocsin.sql("select source_id from tocsin.incidents where status = 'open'")).map((row) => row.source_id));
  const lost = [...accepted].filter(([id]) => !stored.has(id));
  const withoutEffect = [...accepted].filter(([, issue]) => !incidents.has(issue));
  assert.deepEqual(lost, [], 'accepted, but not stored');
  assert.deepEqual(withoutEffect, [], 'stored, but without its effect');
});
