// `tocsin doctor` and `tocsin key rotate`.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect } from '../support/steps.mjs';

const key = (name) => `${name}:${randomBytes(32).toString('base64')}`;
const old = key('old');
const fresh = key('fresh');
let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_VAULT_KEYS: old } });
  admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
});
after(() => tocsin?.stop());

const readKeyIds = async () => {
  const [row] = await tocsin.sql('select access_token_sealed, refresh_token_sealed from tocsin.credentials');
  // A sealed value begins with its version, the length of the key's id, and the id.
  return Object.values(row).map((blob) => blob.subarray(2, 2 + blob[1]).toString());
};

test('the doctor reports no problem in a healthy deployment', async () => {
  const findings = await tocsin.runDoctor();
  // The cluster of the tests is not durable, and their environment permits that.
  assert.equal(findings.durability.outcome, 'note');
  assert.match(findings.durability.detail, /fsync/);
  assert.match(findings['allowed unsafe state'].detail, /database_durability/);
  for (const name of ['configuration', 'database', 'login', 'connections', 'standbys', 'schema', 'schema objects', 'partitions', 'writing', 'clock', 'role tocsin_gateway', 'role tocsin_ingest', 'role tocsin_scheduler', 'vault', 'sentry', 'integrations', 'public integration', 'OAuth application'])
    assert.equal(findings[name].outcome, 'ok', `${name}: ${findings[name].detail}`);
});

test('the doctor reports each problem with its remedy', async () => {
  const findings = await tocsin.runDoctor({
    env: {
      TOCSIN_VAULT_KEYS: fresh,
      TOCSIN_SENTRY_URL: 'http://127.0.0.1:1',
      TOCSIN_SENTRY_APP_SLUG: undefined,
      TOCSIN_SENTRY_APP_CLIENT_ID: undefined,
      TOCSIN_SENTRY_APP_CLIENT_SECRET: undefined,
      TOCSIN_SENTRY_OAUTH_CLIENT_ID: undefined,
      TOCSIN_SENTRY_OAUTH_CLIENT_SECRET: undefined,
    },
    status: 1,
  });
  assert.match(findings.vault.detail, /does not contain: old/);
  assert.match(findings.sentry.detail, /TOCSIN_SENTRY_URL/);
  for (const name of ['public integration', 'OAuth application']) assert.equal(findings[name].outcome, 'note');
  assert.match(findings.integrations.detail, /move-sentry/);
  const wrongKey = `old:${randomBytes(32).toString('base64')}`;
  assert.match((await tocsin.runDoctor({ env: { TOCSIN_VAULT_KEYS: wrongKey }, status: 1 })).vault.detail, /do not open/);
  const unreachable = await tocsin.runDoctor({ env: { TOCSIN_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }, status: 1 });
  assert.equal(unreachable.database.outcome, 'failed');
});

test('the doctor and the start say that sentry.io is not named by a region or a customer', async () => {
  for (const url of ['https://de.sentry.io', 'https://northwind.sentry.io']) {
    const { sentry } = await tocsin.runDoctor({ env: { TOCSIN_SENTRY_URL: url }, status: 1 });
    assert.equal(sentry.outcome, 'failed');
    assert.match(sentry.detail, /Set it to https:\/\/sentry\.io/);
  }
  const second = await tocsin.startSecondProcess({ env: { TOCSIN_SENTRY_URL: 'https://us.sentry.io' } });
  const line = second.lines.find((each) => each.event === 'wrong address of Sentry');
  assert.match(line?.why ?? '', /the host of a region of sentry\.io.*Set it to https:\/\/sentry\.io/);
  second.allowErrors(/wrong address of Sentry/);
  await second.stop();
});

test('a process without a key that sealed values need is not ready', async () => {
  const second = await tocsin.startSecondProcess({ env: { TOCSIN_VAULT_KEYS: fresh } });
  const client = tocsin.client({ base: `http://127.0.0.1:${second.ports.admin}` });
  const response = await eventually(async () => {
    const verbose = await client.get('/readyz?verbose');
    return /does not contain/.test(verbose.json.checks.vault) && verbose;
  });
  assert.equal(response.status, 503);
  assert.match(response.json.checks.vault, /does not contain: old$/);
  await second.stop();
});

test('keys rotate while the service runs', async () => {
  assert.deepEqual(await readKeyIds(), ['old', 'old']);
  const env = { TOCSIN_VAULT_KEYS: `${fresh},${old}` };
  assert.equal((await tocsin.runDoctor({ env })).vault.outcome, 'note');
  const { stdout } = await tocsin.cli(['key', 'rotate'], { env });
  assert.match(stdout, /^1 credentials sealed under the key fresh/);
  assert.deepEqual(await readKeyIds(), ['fresh', 'fresh']);
  assert.match((await tocsin.cli(['key', 'rotate'], { env })).stdout, /^0 /);
  assert.equal((await tocsin.runDoctor({ env: { TOCSIN_VAULT_KEYS: fresh } })).vault.outcome, 'ok');
});

test('no token or secret is stored or logged in the clear', async () => {
  const { stdout } = await tocsin.cli(['integration', 'list', '--org', 'acme', '--json']);
  assert.equal(JSON.parse(stdout)[0].id, integration.id);
  const state = (await tocsin.sentry.get('/control/state')).json;
  assert.ok(state.installations.length > 0);
  const dump = JSON.stringify(await tocsin.sql('select * from tocsin.credentials')) + JSON.stringify(await tocsin.sql('select * from tocsin.connect_flows')) + tocsin.service.lines.map((line) => line.text ?? JSON.stringify(line)).join('\n');
  assert.doesNotMatch(dump, /fake-client-secret-of-the-tests|fake-password/);
  for (const { value } of admin.cookies.all()) assert.ok(!dump.includes(value), 'a cookie of a session or flow');
});
