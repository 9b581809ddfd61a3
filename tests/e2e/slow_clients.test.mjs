// Clients that take their time, on purpose: nobody else waits for them.
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

/** One request as anybody makes it, on a connection of its own and from another address; in milliseconds. */
function request(path, headers = {}) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const one = http.get(`${tocsin.url}${path}`, { agent: false, localAddress: '127.0.0.2', headers }, (answer) => {
      answer.resume().on('end', () => resolve({ status: answer.statusCode, took: performance.now() - began }));
    });
    one.on('error', reject);
  });
}

const attacks = {
  'header sections that never end': ['-H'],
  'bodies that never end': ['-B', '-s', '60000', '-t', 'POST', '-f', 'application/json'],
  'header sections with many ranges': ['-R', '-t', 'HEAD', '-a', '10', '-b', '3000'],
  'answers that nobody takes': ['-X', '-w', '1', '-y', '2', '-n', '1', '-z', '32', '-k', '3'],
};
for (const [what, args] of Object.entries(attacks)) {
  test(`others are served at once beside ${what}`, async () => {
    const attack = spawn('/usr/bin/slowhttptest', ['-c', connections, '-r', connections, '-i', 1, '-x', 24, '-p', 3, '-l', seconds, '-v', 0, '-u', `${tocsin.url}/api/v1/session`, ...args].map(String), { stdio: 'ignore' });
    const over = new Promise((resolve) => { attack.once('close', resolve); });
    let done = false;
    over.then(() => { done = true; });
    const took = [];
    while (!done) {
      const answer = await request('/api/openapi.json');
      assert.equal(answer.status, 200);
      const mine = await request(`${tocsin.org.path}/incidents`, { Authorization: `Bearer ${tocsin.org.token}` });
      assert.equal(mine.status, 200);
      took.push(answer.took, mine.took);
    }
    took.sort((a, b) => a - b);
    assert.ok(took.length > 50, `${took.length} requests`);
    const p99 = took[Math.floor(took.length * 0.99)];
    assert.ok(p99 < 500, `p99 ${p99} ms`);
  });
}
