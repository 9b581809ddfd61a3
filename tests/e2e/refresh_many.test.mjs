// Many credentials and two processes: each renewal reaches Sentry exactly once, whatever the number of rounds. More of them:
// TOCSIN_TEST_REFRESH_ROUNDS=200 tests/run e2e/refresh_many
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { authorize, control, startConnect } from '../support/story.mjs';

const credentials = Number(process.env.TOCSIN_TEST_REFRESH_CREDENTIALS ?? 1000);
const rounds = Number(process.env.TOCSIN_TEST_REFRESH_ROUNDS ?? 20);
const shortest = 30 * 24 * 3600;

let tocsin;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_RATE: '5000', TOCSIN_REFRESH_POLL: '50ms', TOCSIN_SESSION_IDLE: '365d', TOCSIN_SESSION_MAX: '365d' } });
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  const one = async () => {
    const admin = await tocsin.signedIn('admin');
    while (made < credentials) {
      ++made;
      const { authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
      const back = await admin.get(await authorize(tocsin, url));
      assert.match(back.headers.location, /connected=1/);
    }
  };
  let made = 0;
  await Promise.all([one(), one(), one(), one()]);
});
after(() => tocsin?.stop());

const calls = async () => (await control(tocsin, 'state', undefined, 'GET')).token_calls.oauth_refresh_token ?? {};

test(`${credentials} credentials, ${rounds} rounds, two processes: once each, none lost, none expired unused`, async () => {
  await tocsin.startAnother();
  const alive = await tocsin.value("select count(*) from tocsin.integrations where status = 'connected'");
  assert.equal(alive, credentials);
  let ahead = 0;
  for (let round = 1; round <= rounds; ++round) {
    // All are due, and none has expired.
    const step = Math.floor(shortest * 0.7);
    ahead += step;
    await control(tocsin, 'clock', { advance: step });
    await tocsin.moveTime(ahead);
    await eventually(
      async () => (await tocsin.value('select count(*) from tocsin.credentials where due_at > tocsin.now() and lease_until is null')) === credentials,
      { limit: 60_000, what: `round ${round}` },
    );
    const now = await calls();
    assert.deepEqual(now, { 200: credentials * round }, `round ${round}: each reached Sentry once and was granted`);
  }
  assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status <> 'connected'"), 0);
  assert.equal(await tocsin.value("select count(*) from tocsin.refresh_attempts where outcome is distinct from 'refreshed'"), 0);
  assert.equal(await tocsin.value('select count(*) from tocsin.refresh_attempts'), credentials * rounds);
});
