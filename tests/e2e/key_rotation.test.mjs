// tocsin key rotate under way, killed again and again, while the service calls Sentry and renews: nobody notices, and in the end nothing
// is sealed under the old key.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectMany, manyEnv } from '../support/many.mjs';
import { binary } from '../support/program.mjs';
import { control } from '../support/story.mjs';

const key = (name) => `${name}:${randomBytes(32).toString('base64')}`;
const [old, fresh] = [key('old'), key('fresh')];
const both = `${fresh},${old}`;
const credentials = 400;
const kills = 20;
const renewing = 4;
let tocsin;
let integrations;
before(async () => {
  tocsin = await startTocsin({ env: { ...manyEnv, TOCSIN_VAULT_KEYS: old } });
  await connectMany(tocsin, credentials);
  // Half of them have a webhook secret too.
  const admin = tocsin.withToken();
  integrations = await tocsin.sql('select integration_id as id from tocsin.integrations');
  for (const { id } of integrations.slice(0, credentials / 2)) await admin.patch(`${tocsin.org.path}/integrations/${id}`, { webhook_secret: `fake-webhook-secret-${id}` });
});
after(() => tocsin?.stop());

const under = async (id) =>
  tocsin.value(
    `select count(*) from (select access_token_sealed as blob from tocsin.credentials union all select refresh_token_sealed from tocsin.credentials
                           union all select secret_sealed from tocsin.webhook_secrets) as sealed
      where convert_from(substr(blob, 3, get_byte(blob, 1)), 'utf8') = $1`,
    [id],
  );

/** Starts a rotation and kills it after so many milliseconds. */
const cutOff = (after_) =>
  new Promise((resolve) => {
    const child = spawn(binary, ['key', 'rotate'], { env: { PATH: process.env.PATH, ...tocsin.environment }, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), after_);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve(signal ?? status);
    });
  });

test(`${kills} rotations killed on the way, and one that ends`, async () => {
  const sealed = 2 * credentials + credentials / 2;
  assert.equal(await under('old'), sealed);
  await tocsin.restart({ TOCSIN_VAULT_KEYS: both });
  const robot = tocsin.withToken();
  const state = { stopped: false, answers: new Map() };
  const working = Array.from({ length: 4 }, async (_, at) => {
    for (let i = at; !state.stopped; i += 4) {
      const one = `${tocsin.org.path}/integrations/${integrations[i % integrations.length].id}`;
      // A renewal seals under the fresh key by itself: a few of them only, so that it is seen what the rotations did.
      const renewed = `${tocsin.org.path}/integrations/${integrations[i % renewing].id}`;
      const answer = i % 8 < 4 ? await robot.get(`${one}/projects`) : await robot.post(`${renewed}/refresh`);
      state.answers.set(answer.status, (state.answers.get(answer.status) ?? 0) + 1);
    }
  });
  const left = [];
  let killed = 0;
  // Longer and longer until it gets somewhere, however slow this machine is.
  let patience = 20;
  for (let i = 0; i < kills; i += 1) {
    const end = await cutOff(patience);
    assert.ok(end === 'SIGKILL' || end === 0, `${end}`);
    if (end === 'SIGKILL') killed += 1;
    left.push(await under('old'));
    patience *= left.at(-1) > sealed - 3 * renewing ? 1.25 : 1;
  }
  await tocsin.cli(['key', 'rotate']);
  state.stopped = true;
  await Promise.all(working);
  assert.ok(killed > 0, 'some were killed');
  assert.ok(left.some((count) => count > 0 && count < sealed - 3 * renewing), `in the middle of it: ${left}`);
  assert.deepEqual([...state.answers.keys()], [200], JSON.stringify([...state.answers]));
  assert.deepEqual([await under('old'), await under('fresh')], [0, sealed]);
  assert.equal((await tocsin.cli(['key', 'rotate'])).stdout.split(' ')[0], '0');
});

test('then the old key can go, and every token opens', async () => {
  await tocsin.restart({ TOCSIN_VAULT_KEYS: fresh });
  const { api_calls: before } = await control(tocsin, 'state', undefined, 'GET');
  const robot = tocsin.withToken();
  for (const { id } of integrations.slice(0, 50)) assert.equal((await robot.get(`${tocsin.org.path}/integrations/${id}/projects`)).status, 200);
  const { api_calls: now } = await control(tocsin, 'state', undefined, 'GET');
  assert.ok(now.projects >= (before.projects ?? 0) + 50);
  assert.equal(await tocsin.value("select count(*) from tocsin.integrations where status <> 'connected'"), 0);
});
