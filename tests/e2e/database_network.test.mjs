// A bad network between the program and PostgreSQL: no accepted webhook is lost or applied twice, and no refused one stays without effect
// after Sentry has sent it again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DatabaseProxy } from '../support/database_proxy.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let proxy;
let installation;
before(async () => {
  tocsin = await startTocsin({
    proxyDatabase: async (url) => {
      proxy = await DatabaseProxy.start(url);
      return proxy.url;
    },
  });
  ({ installation_id: installation } = await connectWithMapping(tocsin, await tocsin.signInAs('admin')));
  tocsin.allowErrors(/.*/);
});
after(async () => {
  await tocsin?.stop();
  await proxy?.stop();
});

const senders = 8;

/** Sends `count` webhooks of different issues, each until it is accepted. Returns what was accepted, the refusals, and the durations. */
async function sendAll(count) {
  const sent = { accepted: new Map(), refused: 0, durations: [] };
  let left = count;
  const send = async () => {
    while (left > 0) {
      left -= 1;
      const body = new IssueBodies(installation);
      for (;;) {
        const began = performance.now();
        const response = await tocsin.sendWebhook({ resource: 'issue', body: body.issue('created') });
        sent.durations.push(performance.now() - began);
        if (response.status === 200) {
          sent.accepted.set(response.json.delivery_id, body.id);
          break;
        }
        assert.equal(response.status, 500, response.text);
        sent.refused += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: senders }, send));
  return sent;
}

/** Every accepted delivery is stored, and every issue has exactly one incident. */
async function assertLedger({ accepted }) {
  const stored = new Set((await tocsin.sql('select delivery_id from tocsin.deliveries')).map((row) => row.delivery_id));
  assert.deepEqual([...accepted.keys()].filter((id) => !stored.has(id)), [], 'accepted, but not stored');
  const incidents = new Map((await tocsin.sql('select source_id, count(*)::int as count from tocsin.incidents group by 1')).map((row) => [row.source_id, row.count]));
  assert.deepEqual([...accepted.values()].filter((issue) => incidents.get(issue) !== 1), [], 'without exactly one incident');
}

const networks = {
  'as it is': [{}, 200],
  'with a latency of 10 ms in each direction': [{ latency: 10 }, 60],
  'with a latency of 2 to 12 ms': [{ latency: 2, jitter: 10 }, 100],
  'with 64 KiB per second on each connection': [{ bytesPerSecond: 65_536 }, 60],
  'with one byte per segment': [{ slice: 1 }, 60],
};
for (const [name, [network, count]] of Object.entries(networks)) {
  test(`webhooks are accepted once through a network ${name}`, async (t) => {
    proxy.shape(network);
    try {
      const sent = await sendAll(count);
      sent.durations.sort((a, b) => a - b);
      t.diagnostic(`${count} accepted, ${sent.refused} refused; median ${Math.round(sent.durations[sent.durations.length >> 1])} ms`);
      await assertLedger(sent);
    } finally {
      proxy.shape({});
    }
  });
}

test('webhooks are accepted once while connections are reset', async (t) => {
  const sending = sendAll(80);
  let done = false;
  let resets = 0;
  const finished = sending.finally(() => { done = true; });
  while (!done) {
    proxy.refuse();
    proxy.accept();
    resets += 1;
    await eventually(async () => done || (await tocsin.client().get('/readyz')).status === 200, { what: 'readiness after a reset' });
  }
  const sent = await finished;
  t.diagnostic(`${resets} resets of all connections, ${sent.refused} webhooks refused and sent again`);
  await assertLedger(sent);
});
