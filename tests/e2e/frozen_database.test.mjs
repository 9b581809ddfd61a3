// A database that accepts packets but never answers, as after failing over from a primary that hangs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DatabaseProxy } from '../support/database_proxy.mjs';
import { EventStream } from '../support/event_stream.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';

let tocsin;
let proxy;
before(async () => {
  tocsin = await startTocsin({
    proxyDatabase: async (url) => {
      proxy = await DatabaseProxy.start(url);
      return proxy.url;
    },
  });
  tocsin.allowErrors(/job failed/);
});
after(async () => {
  try {
    await tocsin?.stop();
  } finally {
    await proxy?.stop();
  }
});

const isReady = async () => (await tocsin.client().get('/readyz')).status === 200;

test('the loss of the channel is noticed, and its streams get a reset', async (t) => {
  const stream = await EventStream.open(tocsin.tokenClient(), tocsin.org);
  const from = tocsin.service.lines.length;
  const began = Date.now();
  proxy.freeze();
  await tocsin.service.waitForLog((line) => line.event === 'the database channel is not available', { from });
  t.diagnostic(`noticed after ${Date.now() - began} ms`);
  assert.ok(Date.now() - began < 10_000);
  await eventually(async () => !(await isReady()), { what: 'unreadiness' });
  const thawed = Date.now();
  proxy.thaw();
  await eventually(isReady, { what: 'readiness' });
  t.diagnostic(`ready ${Date.now() - thawed} ms after the database answers again`);
  await eventually(() => stream.kinds.includes('reset') || stream.ended);
  stream.close();
});

for (const [name, prepare] of [
  ['idle', async () => {}],
  ['answering requests', async () => {
    for (let i = 0; i < 20; ++i) tocsin.tokenClient().get(`${tocsin.org.path}/incidents`).catch(() => {});
  }],
]) {
  test(`SIGTERM ends a process with a frozen database within its limit, ${name}`, async (t) => {
    if (!tocsin.service.isRunning) await tocsin.restart();
    await eventually(isReady);
    proxy.freeze();
    await prepare();
    const began = Date.now();
    const end = await tocsin.service.stop({ limit: 14_000 });
    t.diagnostic(`ended after ${Date.now() - began} ms`);
    assert.deepEqual(end, { status: 0, signal: null });
    proxy.thaw();
  });
}
