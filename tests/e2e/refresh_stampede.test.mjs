// Tokens that all expire together, as after an outage or an import: the limits on simultaneous calls and on calls per second hold, and no
// token expires before its refresh. With ten thousand tokens: TOCSIN_TEST_STAMPEDE=10000 tests/run e2e/refresh_stampede
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { areAllRefreshed, bulkEnv, connectMany, refreshCounts } from '../support/bulk_connections.mjs';
import { clearFaults, control } from '../support/steps.mjs';

const credentials = Number(process.env.TOCSIN_TEST_STAMPEDE ?? 600);
// Calls per second of a process; the bucket holds one second's worth in addition.
const rate = credentials > 2_000 ? 250 : 100;
const maxConcurrent = 16;
const lifetime = 8 * 3600;

let tocsin;
before(async () => {
  tocsin = await startTocsin({ env: bulkEnv });
  await connectMany(tocsin, credentials, { lifetime });
  await tocsin.restart({ TOCSIN_SENTRY_RATE: String(rate) });
});
after(() => tocsin?.stop());

const readLoad = async () => (await control(tocsin, 'load', undefined, 'GET')).oauth_token;
const secondsUntilExpiry = () => tocsin.value('select extract(epoch from min(expires_at) - tocsin.now())::int from tocsin.credentials');

test(`${credentials} tokens that expire together are refreshed within the limits`, async (t) => {
  await tocsin.sql("update tocsin.credentials set expires_at = (select max(expires_at) from tocsin.credentials), due_at = (select max(due_at) from tocsin.credentials)");
  // Slow responses, so that calls overlap.
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'delay', delay_ms: 30, times: 0 });
  await control(tocsin, 'load', undefined, 'DELETE');
  const began = Date.now();
  await tocsin.advanceTime(Math.floor(lifetime * 0.7));
  let least = lifetime;
  await eventually(
    async () => {
      least = Math.min(least, await secondsUntilExpiry());
      return areAllRefreshed(tocsin, credentials);
    },
    { limit: 200_000, what: 'the refresh of all' },
  );
  const seconds = (Date.now() - began) / 1000;
  const peak = await readLoad();
  t.diagnostic(`${credentials} in ${seconds.toFixed(1)} s, ${Math.round(credentials / seconds)}/s; at most ${peak.at_once} simultaneous (limit ${maxConcurrent}) and ${peak.in_a_second} in a second (limit ${rate}, and a burst of as many)`);
  assert.ok(peak.at_once <= maxConcurrent, `${peak.at_once} simultaneous`);
  assert.ok(peak.at_once > 1, 'calls overlap');
  assert.ok(peak.in_a_second <= 2 * rate, `${peak.in_a_second} in a second`);
  assert.ok(least > 0, 'no token expired before its refresh');
  assert.deepEqual(await refreshCounts(tocsin), { 200: credentials }, 'one request each');
});

test('the next refreshes are spread over time', async () => {
  const [{ span, busiest }] = await tocsin.sql(
    `select extract(epoch from max(due_at) - min(due_at))::int as span,
            (select max(n) from (select count(*) as n from tocsin.credentials group by date_trunc('minute', due_at)) as by_minute) as busiest
       from tocsin.credentials`,
  );
  // The jitter is a fifteenth of eight hours: 32 minutes.
  assert.ok(span > 20 * 60, `${span} s`);
  assert.ok(busiest < credentials / 8, `${busiest} in one minute`);
});

test('an outage of all integrations ends without a burst', async () => {
  await clearFaults(tocsin);
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 503, times: 0 });
  await tocsin.advanceTime(Math.floor(lifetime * 0.7));
  await eventually(async () => /^tocsin_credential_refresh_paused 1$/m.test(await tocsin.metrics()), { what: 'the pause' });
  // During the pause, each round tries one credential.
  const countRounds = () => tocsin.metric('tocsin_scheduler_runs_total{job="renew_credentials",result="done"}');
  const countTries = () => tocsin.value("select count(*) from tocsin.refresh_attempts where outcome = 'transient'");
  const [firstRound, firstTry] = [await countRounds(), await countTries()];
  await eventually(async () => (await countRounds()) >= firstRound + 10);
  const [tries, lastRound] = [(await countTries()) - firstTry, await countRounds()];
  assert.ok(tries >= 5 && tries <= lastRound - firstRound + 2, `${tries} tries in ${lastRound - firstRound} rounds`);
  await control(tocsin, 'load', undefined, 'DELETE');
  // Two hours later, all are due and none has been refreshed.
  await tocsin.advanceTime(2 * 3600);
  await clearFaults(tocsin);
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'delay', delay_ms: 30, times: 0 });
  await eventually(() => areAllRefreshed(tocsin, credentials), { limit: 200_000, what: 'the refresh of all after the outage' });
  const peak = await readLoad();
  assert.ok(peak.at_once <= maxConcurrent && peak.in_a_second <= 2 * rate, JSON.stringify(peak));
  assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status <> 'connected'"), 0);
  tocsin.allowErrors(/refreshing paused/);
});
