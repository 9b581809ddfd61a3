// Guessing a password from many addresses and at several processes: few guesses are looked at, and the right person gets in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

let tocsin;
let second;
before(async () => {
  // Behind a proxy, so that every attempt may come from another address.
  tocsin = await startTocsin({ env: { TOCSIN_TRUSTED_PROXIES: '127.0.0.1/32' } });
  second = await tocsin.startAnother();
});
after(() => tocsin?.stop());

const address = (i) => `198.51.${Math.floor(i / 250)}.${1 + (i % 250)}`;
const from = (i, json, client = tocsin.client()) => client.request('POST', '/api/v1/session', { json, headers: { 'X-Forwarded-For': address(i) } });
const calm = () => tocsin.sql('delete from tocsin.attempts');

test('of 300 guesses from 300 addresses few are looked at; a known browser signs in at once meanwhile, another one soon', async (t) => {
  const { email, password } = tocsin.org.people.owner;
  const known = tocsin.client();
  assert.equal((await from(900, { email, password }, known)).status, 200);
  const guesser = tocsin.client();
  const guesses = [];
  let slowest = 0;
  for (let i = 0; i < 300; i += 1) {
    guesses.push((await from(i, { email, password: `wrong-password-${i}` }, guesser)).status);
    if (i % 50 !== 49) continue;
    const began = Date.now();
    assert.equal((await from(900, { email, password }, known)).status, 200);
    slowest = Math.max(slowest, Date.now() - began);
  }
  const judged = guesses.filter((status) => status === 401).length;
  t.diagnostic(`${judged} of 300 guesses looked at; the known browser waited ${slowest} ms at most`);
  assert.ok(guesses.every((status) => status === 401 || status === 429));
  assert.ok(judged <= 60, `${judged}`);
  assert.ok(slowest < 5000);
  const stranger = await from(901, { email, password });
  assert.equal(stranger.status, 429);
  assert.ok(Number(stranger.headers['retry-after']) <= 10, 'nobody is shut out for long');
  await calm();
});

test('one address that tries many accounts is slowed down, others are not', async () => {
  const guesser = tocsin.client();
  const statuses = [];
  for (let i = 0; i < 60; i += 1) statuses.push((await from(1, { email: `somebody-${i}@acme.example`, password: 'wrong-password-0' }, guesser)).status);
  assert.equal(statuses.filter((one) => one === 401).length, 50);
  assert.equal(statuses.at(-1), 429);
  assert.equal((await from(2, tocsin.org.people.viewer)).status, 400, 'only what belongs there');
  const { email, password } = tocsin.org.people.viewer;
  assert.equal((await from(2, { email, password })).status, 200);
  await calm();
});

test('two processes count together', async () => {
  const { email } = tocsin.org.people.admin;
  const ports = second.lines.filter((line) => line.event === 'listening' && line.what === 'gateway');
  const other = tocsin.client({ base: `http://127.0.0.1:${ports.at(-1).port}` });
  const statuses = [];
  for (let i = 0; i < 8; i += 1) statuses.push((await from(5, { email, password: `wrong-password-${i}` }, i % 2 ? other : tocsin.client())).status);
  assert.deepEqual(statuses.slice(0, 5), [401, 401, 401, 401, 401]);
  assert.equal(statuses.at(-1), 429);
  await calm();
});

test('parallel guesses are counted before they are judged', async () => {
  const { email } = tocsin.org.people.responder;
  const statuses = (await Promise.all(Array.from({ length: 30 }, (_, i) => from(6, { email, password: `wrong-password-${i}` })))).map((one) => one.status);
  assert.ok(statuses.filter((one) => one === 401).length <= 6, statuses.join(' '));
  await calm();
});

test('an unknown address is answered and slowed down as a known one', async () => {
  const answers = async (email, first) => {
    const all = [];
    for (let i = 0; i < 7; i += 1) all.push(await from(first, { email, password: 'wrong-password-0' }));
    return all.map((one) => [one.status, one.text.replace(/\d+ s/, ''), Object.keys(one.headers).sort().join()]);
  };
  assert.deepEqual(await answers(tocsin.org.people.admin.email, 20), await answers('nobody@acme.example', 21));
  await calm();
});
