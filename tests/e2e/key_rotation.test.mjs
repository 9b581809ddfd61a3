// `tocsin key rotate` is killed repeatedly while the service calls Sentry and refreshes tokens: no request fails, and in the end nothing is
// sealed under the old key.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectMany, bulkEnv } from '../support/bulk_connections.mjs';
import { binary } from '../support/program.mjs';
import { sandboxState } from '../support/steps.mjs';

const key = (name) => `${name}:${randomBytes(32).toString('base64')}`;
const [old, fresh] = [key('old'), key('fresh')];
const both = `${fresh},${old}`;
const credentials = 400;
const kills = 20;
const refreshed = 4; // integrations, see below
let tocsin;
let integrations;
before(async () => {
  tocsin = await startTocsin({ env: { ...bulkEnv, TOCSIN_VAULT_KEYS: old } });
  await connectMany(tocsin, credentials);
  // Half of the integrations have a webhook secret, too.
  const admin = tocsin.tokenClient();
  integrations = await tocsin.sql('select integration_id as id from tocsin.integrations');
  for (const { id } of integrations.slice(0, credentials / 2)) await admin.patch(`${tocsin.org.path}/integrations/${id}`, { webhook_secret: `fake-webhook-secret-${id}` });
});
after(() => tocsin?.stop());

const countSealedUnder = async (id) =>
  tocsin.value(
    `select count(*) from (select access_token_sealed as blob from tocsin.credentials union all select refresh_token_sealed from tocsin.credentials
                           union all select secret_sealed from tocsin.webhook_secrets) as sealed
      where convert_from(substr(blob, 3, get_byte(blob, 1)), 'utf8') = $1`,
    [id],
  );

/** Starts a rotation and kills it after `delay` milliseconds. Resolves to its exit status, or to the signal. */
const rotateAndKill = (delay) =>
  new Promise((resolve) => {
    const child = spawn(binary, ['key', 'rotate'], { env: { PATH: process.env.PATH, ...tocsin.environment }, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), delay);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve(signal ?? status);
    });
  });

test(`after ${kills} killed rotations and a complete one, everything is sealed under the new key`, async () => {
  const sealed = 2 * credentials + credentials / 2;
  assert.equal(await countSealedUnder('old'), sealed);
  await tocsin.restart({ TOCSIN_VAULT_KEYS: both });
  const robot = tocsin.tokenClient();
  const state = { stopped: false, statuses: new Map() };
  const workers = Array.from({ length: 4 }, async (_, at) => {
    for (let i = at; !state.stopped; i += 4) {
      const path = `${tocsin.org.path}/integrations/${integrations[i % integrations.length].id}`;
      // A refresh seals under the new key, too. Few integrations are refreshed, so that the rotations do most of the work.
      const refreshPath = `${tocsin.org.path}/integrations/${integrations[i % refreshed].id}/refresh`;
      const response = i % 8 < 4 ? await robot.get(`${path}/projects`) : await robot.post(refreshPath);
      state.statuses.set(response.status, (state.statuses.get(response.status) ?? 0) + 1);
    }
  });
  const remaining = [];
  let killed = 0;
  // Milliseconds; grows until the rotations make progress, however slow the machine is.
  let delay = 20;
  for (let i = 0; i < kills; i += 1) {
    const end = await rotateAndKill(delay);
    assert.ok(end === 'SIGKILL' || end === 0, `${end}`);
    if (end === 'SIGKILL') killed += 1;
    remaining.push(await countSealedUnder('old'));
    delay *= remaining.at(-1) > sealed - 3 * refreshed ? 1.25 : 1;
  }
  await tocsin.cli(['key', 'rotate']);
  state.stopped = true;
  await Promise.all(workers);
  assert.ok(killed > 0, 'some rotations were killed');
  assert.ok(remaining.some((count) => count > 0 && count < sealed - 3 * refreshed), `some rotations were killed halfway: ${remaining}`);
  assert.deepEqual([...state.statuses.keys()], [200], JSON.stringify([...state.statuses]));
  assert.deepEqual([await countSealedUnder('old'), await countSealedUnder('fresh')], [0, sealed]);
  assert.equal((await tocsin.cli(['key', 'rotate'])).stdout.split(' ')[0], '0');
});

test('without the old key, every token can be opened', async () => {
  await tocsin.restart({ TOCSIN_VAULT_KEYS: fresh });
  const { api_calls: before } = await sandboxState(tocsin);
  const robot = tocsin.tokenClient();
  for (const { id } of integrations.slice(0, 50)) assert.equal((await robot.get(`${tocsin.org.path}/integrations/${id}/projects`)).status, 200);
  const { api_calls: now } = await sandboxState(tocsin);
  assert.ok(now.projects >= (before.projects ?? 0) + 50);
  assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status <> 'connected'"), 0);
});
