// Clients that do not read their responses take little memory, and nothing from others.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const readers = 40;

let tocsin;
let delivery;
let size;
before(async () => {
  tocsin = await startTocsin();
  const integration = await connectWithMapping(tocsin, await tocsin.signInAs('admin'));
  const bodies = new IssueBodies(integration.installation_id);
  const body = bodies.issue('created', { metadata: { text: '"\\ü'.repeat(500_000) } });
  const response = await tocsin.sendWebhook({ resource: 'issue', body });
  assert.equal(response.status, 200, response.text);
  delivery = `${tocsin.org.path}/deliveries/${response.json.delivery_id}`;
  size = Number(await tocsin.value('select body_bytes from tocsin.deliveries where delivery_id = $1', [response.json.delivery_id]));
  assert.ok(size > 4_000_000 && size < 5_242_880, `${size} bytes`);
});
after(() => tocsin?.stop());

/** The memory of the service in MiB. */
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${tocsin.service.pid}/status`, 'utf8'))[1]) / 1024;

/** Requests `path` and reads only the first bytes of the response. */
function openSlowReader(path) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(new URL(tocsin.url).port, '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tocsin.org.token}\r\n\r\n`);
    });
    socket.on('error', reject).once('data', () => {
      socket.pause();
      resolve(socket);
    });
  });
}

test('a large body is shown in part and downloaded completely', async () => {
  const client = tocsin.tokenClient();
  const { json } = await client.get(delivery);
  assert.equal(json.body_truncated, true);
  assert.ok(json.body.length <= 262_144);
  const whole = await client.get(`${delivery}/body`);
  assert.equal(whole.headers['content-type'], 'application/octet-stream');
  assert.match(whole.headers['content-disposition'], /^attachment; /);
  assert.equal(whole.body.length, size);
  assert.ok(whole.text.startsWith(json.body));
  assert.equal((await tocsin.client().get(`${delivery}/body`)).status, 401);
});

for (const [name, path] of [['delivery', ''], ['body', '/body']]) {
  test(`${readers} slow readers of a large ${name} take little memory`, async (t) => {
    const before = memory();
    const open = [];
    try {
      let most = 0;
      for (let i = 0; i < readers; ++i) {
        open.push(await openSlowReader(delivery + path));
        most = Math.max(most, memory());
      }
      t.diagnostic(`${before.toFixed(0)} MiB before, ${most.toFixed(0)} MiB at most`);
      assert.ok(most - before < 200, `${(most - before).toFixed(0)} MiB more`);
      const began = performance.now();
      assert.equal((await tocsin.tokenClient().get(`${tocsin.org.path}/incidents`)).status, 200);
      assert.ok(performance.now() - began < 500);
    } finally {
      for (const socket of open) socket.destroy();
    }
  });
}
