// Many credentials and two processes: each due credential is refreshed exactly once in every round. For more rounds:
// TOCSIN_TEST_REFRESH_ROUNDS=200 tests/run e2e/refresh_concurrency
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { areAllRefreshed, bulkEnv, connectMany, refreshCounts } from '../support/bulk_connections.mjs';

const credentials = Number(process.env.TOCSIN_TEST_REFRESH_CREDENTIALS ?? 1000);
const rounds = Number(process.env.TOCSIN_TEST_REFRESH_ROUNDS ?? 20);
const lifetime = 30 * 24 * 3600;

let tocsin;
before(async () => {
  tocsin = await startTocsin({ env: bulkEnv });
  await connectMany(tocsin, credentials, { lifetime });
});
after(() => tocsin?.stop());

test(`two processes refresh each of ${credentials} credentials exactly once in each of ${rounds} rounds`, async () => {
  await tocsin.startSecondProcess();
  const connected = await tocsin.value("select count(*) from tocsin.integrations where status = 'connected'");
  assert.equal(connected, credentials);
  for (let round = 1; round <= rounds; ++round) {
    // All are due, but not expired.
    await tocsin.advanceTime(Math.floor(lifetime * 0.7));
    await eventually(() => areAllRefreshed(tocsin, credentials), { limit: 60_000, what: `round ${round}` });
    assert.deepEqual(await refreshCounts(tocsin), { 200: credentials * round }, `round ${round}: one successful request each`);
  }
  assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status <> 'connected'"), 0);
  assert.equal(await tocsin.value("select count(*) from tocsin.refresh_attempts where outcome is distinct from 'refreshed'"), 0);
  assert.equal(await tocsin.value('select count(*) from tocsin.refresh_attempts'), credentials * rounds);
});
