// Two gateways behind a proxy are restarted one after another, as docs/operating.md describes, and no webhook is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { APP, eventually, startTocsin } from '../support/harness.mjs';
import { reservePort } from '../support/ports.mjs';
import { startProxy } from '../support/reverse_proxies.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies, sendWebhook } from '../support/webhook.mjs';

const perSecond = 100;

let tocsin;
let second;
let integration;
before(async () => {
  const env = { TOCSIN_DRAIN_DELAY: '2s' };
  tocsin = await startTocsin({ env });
  integration = await connectWithMapping(tocsin, await tocsin.signInAs('admin'));
  second = await tocsin.startSecondProcess({ env: { TOCSIN_LISTEN: `127.0.0.1:${await reservePort()}` } });
});
after(() => tocsin?.stop());

const isReady = async (url) => (await tocsin.client({ base: url }).get('/readyz')).status === 200;

/** Sends webhooks at a constant rate until it is stopped. Each may take one second, as Sentry allows. */
function sendConstantly(base) {
  const bodies = new IssueBodies(integration.installation_id);
  const client = tocsin.client({ base });
  const outcomes = { sent: 0, lost: [] };
  const pending = new Set();
  const timer = setInterval(() => {
    ++outcomes.sent;
    const sending = sendWebhook(client, { secret: APP.clientSecret, resource: 'issue', body: bodies.issue('created'), limit: 1_000 })
      .then((response) => { if (response.status !== 200) outcomes.lost.push(response.status); })
      .catch((error) => outcomes.lost.push(error.message))
      .finally(() => pending.delete(sending));
    pending.add(sending);
  }, 1_000 / perSecond);
  return async () => {
    clearInterval(timer);
    await Promise.all(pending);
    return outcomes;
  };
}

for (const kind of ['nginx', 'haproxy']) {
  test(`a rolling restart behind ${kind} loses no webhook`, async (t) => {
    const proxy = await startProxy(kind, ...[tocsin.url, second.url].map((url) => new URL(url).port));
    const base = `http://127.0.0.1:${proxy.port}`;
    try {
      await eventually(() => isReady(base));
      const stop = sendConstantly(base);
      for (const [program, url] of [[tocsin.service, tocsin.url], [second, second.url]]) {
        await program.stop();
        await program.start(['gateway', 'admin']);
        await eventually(() => isReady(url));
        // The proxy's health check, every half second, has seen it, too.
        const seen = Date.now();
        await eventually(() => Date.now() - seen > 1_000);
      }
      const { sent, lost } = await stop();
      t.diagnostic(`${sent} webhooks, ${lost.length} lost`);
      assert.ok(sent > 3 * perSecond);
      assert.deepEqual(lost, []);
    } finally {
      await proxy.stop();
    }
  });
}
