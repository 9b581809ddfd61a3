// Anonymous requests that cause lookups take nothing from known credentials and webhooks.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectInternal } from '../support/steps.mjs';
import { IssueBodies, sendWebhook } from '../support/webhook.mjs';

const connections = 150;
const rounds = 44;

let tocsin;
let own;
before(async () => {
  tocsin = await startTocsin();
  own = await connectInternal(tocsin, await tocsin.signInAs('admin'), tocsin.org);
});
after(() => tocsin?.stop());

/** Repeats a request on each of `connections` connections. Returns a function that ends it and returns the number of requests. */
function flood(makeRequest) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  let ended = false;
  let count = 0;
  const repeat = async () => {
    while (!ended) {
      const { method, path, headers, body = '' } = makeRequest();
      await new Promise((resolve) => {
        const request = http.request(tocsin.url + path, { method, agent, headers: { ...headers, 'Content-Length': body.length } }, (response) => response.resume().on('end', resolve));
        request.on('error', resolve).end(body);
      });
      ++count;
    }
  };
  const all = Array.from({ length: connections }, repeat);
  return async () => {
    ended = true;
    await Promise.all(all);
    agent.destroy();
    return count;
  };
}

const attacks = {
  'webhooks of unknown integrations': () => ({ method: 'POST', path: `/webhooks/sentry/${randomUUID()}`, headers: { 'Content-Type': 'application/json', 'Sentry-Hook-Signature': '0'.repeat(64) }, body: '{}' }),
  'unknown sessions': () => ({ method: 'GET', path: '/api/v1/session', headers: { Cookie: `tocsin_session=${randomBytes(32).toString('base64url')}` } }),
};
for (const [name, makeRequest] of Object.entries(attacks)) {
  test(`webhooks and known credentials are served during a flood of ${name}`, async (t) => {
    const client = tocsin.client();
    const robot = tocsin.tokenClient();
    await robot.get(`${tocsin.org.path}/incidents`);
    const bodies = new IssueBodies(own.created.uuid);
    const path = `/webhooks/sentry/${own.integration.id}`;
    const stop = flood(makeRequest);
    const durations = { webhook: [], read: [] };
    try {
      for (let i = 0; i < rounds; ++i) {
        for (const [kind, send] of [
          ['webhook', () => sendWebhook(client, { path, secret: own.created.client_secret, resource: 'issue', body: bodies.issue('created') })],
          ['read', () => robot.get(`${tocsin.org.path}/incidents`)],
        ]) {
          const began = performance.now();
          const response = await send();
          durations[kind].push(performance.now() - began);
          assert.equal(response.status, 200, `${kind}: ${response.text}`);
        }
      }
    } finally {
      t.diagnostic(`${await stop()} requests of the flood`);
    }
    for (const [kind, each] of Object.entries(durations)) t.diagnostic(`${kind}: at most ${Math.max(...each).toFixed(0)} ms`);
  });
}
