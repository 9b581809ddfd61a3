// Many credentials and two processes: each renewal reaches Sentry exactly once, whatever the number of rounds. More of them:
// TOCSIN_TEST_REFRESH_ROUNDS=200 tests/run e2e/refresh_many
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { allRenewed, connectMany, manyEnv, moveBoth, renewals } from '../support/many.mjs';

const credentials = Number(process.env.TOCSIN_TEST_REFRESH_CREDENTIALS ?? 1000);
const rounds = Number(process.env.TOCSIN_TEST_REFRESH_ROUNDS ?? 20);
const shortest = 30 * 24 * 3600;

let tocsin;
before(async () => {
  tocsin = await startTocsin({ env: manyEnv });
  await connectMany(tocsin, credentials, { lifetime: shortest });
});
after(() => tocsin?.stop());

test(`${credentials} credentials, ${rounds} rounds, two processes: once each, none lost, none expired unused`, async () => {
  await tocsin.startAnother();
  const alive = await tocsin.value("select count(*) from tocsin.integrations where status = 'connected'");
  assert.equal(alive, credentials);
  for (let round = 1; round <= rounds; ++round) {
    // All are due, and none has expired.
    await moveBoth(tocsin, Math.floor(shortest * 0.7));
    await eventually(allRenewed(tocsin, credentials), { limit: 60_000, what: `round ${round}` });
    assert.deepEqual(await renewals(tocsin), { 200: credentials * round }, `round ${round}: each reached Sentry once and was granted`);
  }
  assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status <> 'connected'"), 0);
  assert.equal(await tocsin.value("select count(*) from tocsin.refresh_attempts where outcome is distinct from 'refreshed'"), 0);
  assert.equal(await tocsin.value('select count(*) from tocsin.refresh_attempts'), credentials * rounds);
});
