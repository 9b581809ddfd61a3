// Connections that announce large bodies and hardly deliver them take no room from others, directly and behind HAProxy.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { APP, eventually, startTocsin } from '../support/harness.mjs';
import { startProxy } from '../support/reverse_proxies.mjs';
import { connectWithMapping, control } from '../support/steps.mjs';
import { IssueBodies, sendWebhook } from '../support/webhook.mjs';

const connections = 60;
const rounds = 40;

let tocsin;
let connected;
let number;
before(async () => {
  tocsin = await startTocsin();
  const admin = await tocsin.signInAs('admin');
  connected = await connectWithMapping(tocsin, admin);
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  number = await eventually(async () => (await admin.get(`${tocsin.org.path}/incidents`)).json.items[0]?.number);
});
after(() => tocsin?.stop());

/** Keeps `connections` requests open that announce 5 MiB. Each sends one byte per second, and is replaced when it is closed. */
function announceBodies(port, path) {
  const open = new Set();
  let ended = false;
  let refused = 0;
  const add = () => {
    if (ended) return;
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${5 << 20}\r\n\r\n{`);
    });
    const drip = setInterval(() => socket.write(' '), 1_000);
    open.add(socket);
    socket.on('error', () => {}).on('data', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      open.delete(socket);
      ++refused;
      add();
    });
  };
  for (let i = 0; i < connections; ++i) add();
  return {
    get refused() { return refused; },
    stop() {
      ended = true;
      for (const socket of open) socket.destroy();
    },
  };
}

async function timed(durations, status, send) {
  const began = performance.now();
  const response = await send();
  durations.push(performance.now() - began);
  assert.equal(response.status, status, response.text);
}

const p99 = (durations) => durations.toSorted((a, b) => a - b)[Math.floor(durations.length * 0.99)];

async function probe(base, t) {
  const clients = { anonymous: tocsin.client({ base }), robot: tocsin.client({ base, token: tocsin.org.token }) };
  const durations = { webhook: [], login: [], patch: [] };
  const bodies = new IssueBodies(connected.installation_id);
  for (let round = 0; round < rounds; ++round) {
    await timed(durations.webhook, 200, () => sendWebhook(clients.anonymous, { secret: APP.clientSecret, resource: 'issue', body: bodies.issue('created') }));
    await timed(durations.login, 200, () => tocsin.client({ base }).login(tocsin.org.people.viewer));
    const severity = round % 2 === 0 ? 'info' : 'warning';
    await timed(durations.patch, 200, () => clients.robot.patch(`${tocsin.org.path}/incidents/${number}`, { severity }));
  }
  for (const [kind, each] of Object.entries(durations)) {
    t.diagnostic(`${kind}: p99 ${p99(each).toFixed(1)} ms of ${each.length}`);
    assert.ok(p99(each) < 500, `${kind}: p99 ${p99(each)} ms`);
  }
}

for (const kind of ['directly', 'haproxy']) {
  for (const path of ['/webhooks/sentry', '/api/v1/session']) {
    test(`others are served while ${connections} connections announce bodies to ${path}, ${kind}`, async (t) => {
      const proxy = kind === 'directly' ? null : await startProxy(kind, new URL(tocsin.url).port);
      const base = proxy ? `http://127.0.0.1:${proxy.port}` : tocsin.url;
      const attack = announceBodies(Number(new URL(base).port), path);
      try {
        await probe(base, t);
        // A body that stays behind the minimum rate is refused within seconds.
        await eventually(() => attack.refused >= connections, { what: 'the refusal of each slow body' });
      } finally {
        attack.stop();
        await proxy?.stop();
      }
    });
  }
}
