// Slow clients, as in a slow HTTP attack, do not delay other clients.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

let tocsin;
before(async () => { tocsin = await startTocsin(); });
after(() => tocsin?.stop());

const seconds = Number(process.env.TOCSIN_TEST_SLOW_SECONDS ?? 5);
const connections = 1500;

/** A normal request on a new connection from another address. Resolves to its status and duration in milliseconds. */
function sendRequest(path, headers = {}) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const request = http.get(`${tocsin.url}${path}`, { agent: false, localAddress: '127.0.0.2', headers }, (response) => {
      response.resume().on('end', () => resolve({ status: response.statusCode, duration: performance.now() - began }));
    });
    request.on('error', reject);
  });
}

const attacks = {
  'endless header sections': ['-H'],
  'endless bodies': ['-B', '-s', '60000', '-t', 'POST', '-f', 'application/json'],
  'header sections with many ranges': ['-R', '-t', 'HEAD', '-a', '10', '-b', '3000'],
  'unread responses': ['-X', '-w', '1', '-y', '2', '-n', '1', '-z', '32', '-k', '3'],
};
for (const [name, args] of Object.entries(attacks)) {
  test(`other clients are served without delay during an attack with ${name}`, async () => {
    const attack = spawn('/usr/bin/slowhttptest', ['-c', connections, '-r', connections, '-i', 1, '-x', 24, '-p', 3, '-l', seconds, '-v', 0, '-u', `${tocsin.url}/api/v1/session`, ...args].map(String), { stdio: 'ignore' });
    const ended = new Promise((resolve) => { attack.once('close', resolve); });
    let done = false;
    ended.then(() => { done = true; });
    const durations = [];
    while (!done) {
      const response = await sendRequest('/api/openapi.json');
      assert.equal(response.status, 200);
      const incidents = await sendRequest(`${tocsin.org.path}/incidents`, { Authorization: `Bearer ${tocsin.org.token}` });
      assert.equal(incidents.status, 200);
      durations.push(response.duration, incidents.duration);
    }
    durations.sort((a, b) => a - b);
    assert.ok(durations.length > 50, `${durations.length} requests`);
    const p99 = durations[Math.floor(durations.length * 0.99)];
    assert.ok(p99 < 500, `p99 ${p99} ms`);
  });
}
