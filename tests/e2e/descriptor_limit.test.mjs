// More idle connections than descriptors: new requests are served, because the longest idle connections are closed.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies, sendWebhook } from '../support/webhook.mjs';

let tocsin;
before(async () => { tocsin = await startTocsin(); });
after(() => tocsin?.stop());

/** A connection that has sent a request, got its response, and stays open. */
function openIdle(port, localAddress) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', localAddress }, () => socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    socket.on('error', reject).once('data', () => resolve(socket)).once('close', () => reject(new Error('closed without a response')));
  });
}

for (const [from, addresses] of [['one address', ['127.0.0.1']], ['four addresses', ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']]]) {
  test(`webhooks are accepted with 1,024 descriptors and 1,100 idle connections of ${from}`, async () => {
    tocsin.integration ??= await connectWithMapping(tocsin, await tocsin.signInAs('admin'));
    const limited = await tocsin.startSecondProcess({ descriptors: 1024 });
    const idle = [];
    try {
      for (let i = 0; i < 1_100; ++i) idle.push(await openIdle(limited.ports.gateway, addresses[i % addresses.length]));
      const bodies = new IssueBodies(tocsin.integration.installation_id);
      for (let i = 0; i < 50; ++i) {
        const client = tocsin.client({ base: limited.url });
        const response = await sendWebhook(client, { secret: APP.clientSecret, resource: 'issue', body: bodies.issue('created') });
        assert.equal(response.status, 200, response.text);
      }
      const refreshed = await tocsin.client({ base: limited.url }).login(tocsin.org.people.viewer);
      assert.equal(refreshed.status, 200, refreshed.text);
    } finally {
      for (const socket of idle) socket.destroy();
    }
  });
}
