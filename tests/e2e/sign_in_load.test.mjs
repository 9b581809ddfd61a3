// Many sign-ins at once use bounded memory and do not delay webhooks; and neither the response nor its time says whether an address has an
// account.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const samples = Number(process.env.TOCSIN_TEST_SIGN_INS ?? 40);
const parallel = 300;
let tocsin;
let installation;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_TRUSTED_PROXIES: '127.0.0.1/32' } });
  ({ installation_id: installation } = await connectWithMapping(tocsin, await tocsin.signInAs('admin')));
});
after(() => tocsin?.stop());

const address = (i) => `198.51.${Math.floor(i / 250) % 250}.${1 + (i % 250)}`;
const signIn = (i, email, password, client = tocsin.client()) =>
  client.request('POST', '/api/v1/session', { json: { email, password }, headers: { 'X-Forwarded-For': address(i) } });
const residentMiB = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${tocsin.service.pid}/status`, 'utf8'))[1]) / 1024;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

test(`${parallel} sign-ins at once`, async (t) => {
  const base = residentMiB();
  let peak = base;
  const watch = setInterval(() => { peak = Math.max(peak, residentMiB()); }, 20);
  const { email, password } = tocsin.org.people.viewer;
  let done = false;
  const signIns = Promise.all(Array.from({ length: parallel }, (_, i) => signIn(i, email, password))).finally(() => { done = true; });
  const durations = [];
  while (!done) {
    const began = performance.now();
    const { status } = await tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(installation).issue('created') });
    durations.push(performance.now() - began);
    assert.equal(status, 200);
  }
  const responses = await signIns;
  clearInterval(watch);
  const count = (status) => responses.filter((response) => response.status === status).length;
  t.diagnostic(`${count(200)} signed in, ${count(503)} refused for a moment, ${count(429)} throttled; memory ${Math.round(base)} to ${Math.round(peak)} MiB; webhooks: median ${Math.round(median(durations))} ms, longest ${Math.round(Math.max(...durations))} ms`);
  assert.equal(count(200) + count(503) + count(429), parallel);
  assert.ok(count(200) >= 20);
  for (const { status, headers } of responses) if (status !== 200) assert.ok(Number(headers['retry-after']) >= 1);
  // 19 MiB for each password that is checked at the same time, at most four, and the connections themselves.
  assert.ok(peak - base < 150, `${peak - base} MiB`);
  await tocsin.resetThrottling();
});

test('a wrong password takes as long with an account as without one', async (t) => {
  const durations = { known: [], unknown: [] };
  const answers = new Set();
  const client = tocsin.client();
  for (let i = 0; i < samples; i += 1) {
    for (const kind of i % 2 ? ['known', 'unknown'] : ['unknown', 'known']) {
      const email = kind === 'known' ? tocsin.org.people.viewer.email : `unknown-${i}@acme.example`;
      const began = performance.now();
      const response = await signIn(1000 + 2 * i + (kind === 'known' ? 1 : 0), email, 'fake wrong violin cactus', client);
      durations[kind].push(performance.now() - began);
      const { date, 'x-request-id': id, ...headers } = response.headers;
      answers.add(JSON.stringify([response.status, response.text, headers]));
      await tocsin.resetThrottling();
    }
  }
  const [known, unknown] = [median(durations.known), median(durations.unknown)];
  t.diagnostic(`median ${known.toFixed(1)} ms with, ${unknown.toFixed(1)} ms without an account, ${samples} each`);
  assert.equal(answers.size, 1, [...answers].join('\n'));
  // The rank sum of two samples of the same distribution is normal (Mann and Whitney); |z| > 2.58 has a probability of 1 %.
  const all = [...durations.known.map((value) => [value, 1]), ...durations.unknown.map((value) => [value, 0])].sort((a, b) => a[0] - b[0]);
  const rankSum = all.reduce((sum, [, isKnown], i) => sum + (isKnown ? i + 1 : 0), 0);
  const u = rankSum - (samples * (samples + 1)) / 2;
  const z = (u - (samples * samples) / 2) / Math.sqrt((samples * samples * (2 * samples + 1)) / 12);
  t.diagnostic(`z = ${z.toFixed(2)}`);
  assert.ok(Math.abs(z) < 3.3, `z = ${z}`);
});
