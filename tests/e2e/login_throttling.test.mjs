// Password guessing from many addresses and at several processes: few guesses are checked, and the real person can sign in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

let tocsin;
let second;
before(async () => {
  // With a trusted proxy, each attempt can come from a different address.
  tocsin = await startTocsin({ env: { TOCSIN_TRUSTED_PROXIES: '127.0.0.1/32' } });
  second = await tocsin.startSecondProcess();
});
after(() => tocsin?.stop());

const address = (i) => `198.51.${Math.floor(i / 250)}.${1 + (i % 250)}`;
const signInFrom = (i, json, client = tocsin.client()) => client.request('POST', '/api/v1/session', { json, headers: { 'X-Forwarded-For': address(i) } });

test('few of 300 guesses from 300 addresses are checked; a known browser can sign in at once, another browser soon', async (t) => {
  const { email, password } = tocsin.org.people.owner;
  const known = tocsin.client();
  assert.equal((await signInFrom(900, { email, password }, known)).status, 200);
  const guesser = tocsin.client();
  const guesses = [];
  let slowest = 0;
  for (let i = 0; i < 300; i += 1) {
    guesses.push((await signInFrom(i, { email, password: `wrong-password-${i}` }, guesser)).status);
    if (i % 50 !== 49) continue;
    const began = Date.now();
    assert.equal((await signInFrom(900, { email, password }, known)).status, 200);
    slowest = Math.max(slowest, Date.now() - began);
  }
  const checked = guesses.filter((status) => status === 401).length;
  t.diagnostic(`${checked} of 300 guesses checked; the known browser waited at most ${slowest} ms`);
  assert.ok(guesses.every((status) => status === 401 || status === 429));
  assert.ok(checked <= 60, `${checked}`);
  assert.ok(slowest < 5000);
  const unknown = await signInFrom(901, { email, password });
  assert.equal(unknown.status, 429);
  assert.ok(Number(unknown.headers['retry-after']) <= 10, 'nobody is locked out for long');
  await tocsin.resetThrottling();
});

test('an address that tries many accounts is throttled, others are not', async () => {
  const guesser = tocsin.client();
  const statuses = [];
  for (let i = 0; i < 60; i += 1) statuses.push((await signInFrom(1, { email: `somebody-${i}@acme.example`, password: 'wrong-password-0' }, guesser)).status);
  assert.equal(statuses.filter((status) => status === 401).length, 50);
  assert.equal(statuses.at(-1), 429);
  assert.equal((await signInFrom(2, tocsin.org.people.viewer)).status, 400, 'the body has an unknown field');
  const { email, password } = tocsin.org.people.viewer;
  assert.equal((await signInFrom(2, { email, password })).status, 200);
  await tocsin.resetThrottling();
});

test('attempts are counted across processes', async () => {
  const { email } = tocsin.org.people.admin;
  const other = tocsin.client({ base: second.url });
  const statuses = [];
  for (let i = 0; i < 8; i += 1) statuses.push((await signInFrom(5, { email, password: `wrong-password-${i}` }, i % 2 ? other : tocsin.client())).status);
  assert.deepEqual(statuses.slice(0, 5), [401, 401, 401, 401, 401]);
  assert.equal(statuses.at(-1), 429);
  await tocsin.resetThrottling();
});

test('simultaneous guesses are counted before they are checked', async () => {
  const { email } = tocsin.org.people.responder;
  const statuses = (await Promise.all(Array.from({ length: 30 }, (_, i) => signInFrom(6, { email, password: `wrong-password-${i}` })))).map((item) => item.status);
  assert.ok(statuses.filter((status) => status === 401).length <= 6, statuses.join(' '));
  await tocsin.resetThrottling();
});

test('an unknown email address gets the same responses and throttling as a known one', async () => {
  const collect = async (email, first) => {
    const all = [];
    for (let i = 0; i < 7; i += 1) all.push(await signInFrom(first, { email, password: 'wrong-password-0' }));
    return all.map((item) => [item.status, item.text.replace(/\d+ s/, ''), Object.keys(item.headers).sort().join()]);
  };
  assert.deepEqual(await collect(tocsin.org.people.admin.email, 20), await collect('nobody@acme.example', 21));
  await tocsin.resetThrottling();
});
