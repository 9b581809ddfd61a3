// Tokens that all expire at one moment, as after an outage or an import: Sentry is called no more at once, and no more in a second, than
// is set, and nobody's token expires unused. With ten thousand of them: TOCSIN_TEST_STAMPEDE=10000 tests/run e2e/refresh_stampede
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { allRenewed, connectMany, manyEnv, moveBoth, renewals } from '../support/many.mjs';
import { control } from '../support/story.mjs';

const credentials = Number(process.env.TOCSIN_TEST_STAMPEDE ?? 600);
// A process begins so many calls in a second, and may have saved up a second's worth before.
const rate = credentials > 2_000 ? 250 : 100;
const atOnce = 16;
const life = 8 * 3600;

let tocsin;
before(async () => {
  tocsin = await startTocsin({ env: manyEnv });
  await connectMany(tocsin, credentials, { lifetime: life });
  await tocsin.restart({ TOCSIN_SENTRY_RATE: String(rate) });
});
after(() => tocsin?.stop());

const load = async () => (await control(tocsin, 'load', undefined, 'GET')).oauth_token;
const soonest = () => tocsin.value('select extract(epoch from min(expires_at) - tocsin.now())::int from tocsin.credentials');

test(`${credentials} that expire together`, async (t) => {
  await tocsin.sql("update tocsin.credentials set expires_at = (select max(expires_at) from tocsin.credentials), due_at = (select max(due_at) from tocsin.credentials)");
  // Each answer takes a while, so that calls meet at Sentry.
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'delay', delay_ms: 30, times: 0 });
  await control(tocsin, 'load', undefined, 'DELETE');
  const began = Date.now();
  await moveBoth(tocsin, Math.floor(life * 0.7));
  let least = life;
  await eventually(
    async () => {
      least = Math.min(least, await soonest());
      return allRenewed(tocsin, credentials)();
    },
    { limit: 200_000, what: 'all to be renewed' },
  );
  const took = (Date.now() - began) / 1000;
  const peak = await load();
  t.diagnostic(`${credentials} in ${took.toFixed(1)} s, ${Math.round(credentials / took)}/s; at most ${peak.at_once} at once (cap ${atOnce}) and ${peak.in_a_second} begun in a second (cap ${rate}, and as many saved up)`);
  assert.ok(peak.at_once <= atOnce, `${peak.at_once} at once`);
  assert.ok(peak.at_once > 1, 'they do meet');
  assert.ok(peak.in_a_second <= 2 * rate, `${peak.in_a_second} in a second`);
  assert.ok(least > 0, 'none expired before its turn');
  assert.deepEqual(await renewals(tocsin), { 200: credentials }, 'once each');
});

test('their next renewals are spread', async () => {
  const [{ span, busiest }] = await tocsin.sql(
    `select extract(epoch from max(due_at) - min(due_at))::int as span,
            (select max(n) from (select count(*) as n from tocsin.credentials group by date_trunc('minute', due_at)) as by_minute) as busiest
       from tocsin.credentials`,
  );
  // A fifteenth of eight hours: 32 minutes.
  assert.ok(span > 20 * 60, `${span} s`);
  assert.ok(busiest < credentials / 8, `${busiest} in one minute`);
});

test('an outage that everybody feels ends without a burst', async () => {
  await control(tocsin, 'faults', undefined, 'DELETE');
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 503, times: 0 });
  await moveBoth(tocsin, Math.floor(life * 0.7));
  const metrics = async () => (await tocsin.client({ base: tocsin.adminUrl }).get('/metrics')).text;
  await eventually(async () => /^tocsin_credential_refresh_paused 1$/m.test(await metrics()), { what: 'the pause' });
  // While it lasts, one is tried a round, whatever is due.
  const rounds = async () => Number(/^tocsin_scheduler_runs_total\{job="renew_credentials",result="done"\} (\d+)/m.exec(await metrics())[1]);
  const tried = () => tocsin.value("select count(*) from tocsin.refresh_attempts where outcome = 'transient'");
  const [firstRound, firstTry] = [await rounds(), await tried()];
  await eventually(async () => (await rounds()) >= firstRound + 10);
  const [tries, lastRound] = [(await tried()) - firstTry, await rounds()];
  assert.ok(tries >= 5 && tries <= lastRound - firstRound + 2, `${tries} tries in ${lastRound - firstRound} rounds`);
  await control(tocsin, 'load', undefined, 'DELETE');
  // Two hours on: all are due, and have been tried in vain or not at all.
  await moveBoth(tocsin, 2 * 3600);
  await control(tocsin, 'faults', undefined, 'DELETE');
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'delay', delay_ms: 30, times: 0 });
  await eventually(allRenewed(tocsin, credentials), { limit: 200_000, what: 'all to be renewed after the outage' });
  const peak = await load();
  assert.ok(peak.at_once <= atOnce && peak.in_a_second <= 2 * rate, JSON.stringify(peak));
  assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status <> 'connected'"), 0);
  tocsin.allowErrors(/refreshing paused/);
});
