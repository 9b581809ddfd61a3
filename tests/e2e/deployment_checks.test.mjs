// A state of the database in which webhooks are lost or refused is seen by start, readiness, and the doctor, on a cluster of its own.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startCluster } from '../support/cluster.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { run } from '../support/program.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const folder = mkdtempSync(join(process.env.TOCSIN_TEST_TMP ?? tmpdir(), 'checks-'));
let cluster;
let tocsin;
let integration;

const urlOf = (login, database) => Object.assign(new URL(cluster.url), { username: login, password: login === 'postgres' ? cluster.url.password : 'fake', pathname: `/${database}` }).href;

before(async () => {
  chmodSync(folder, 0o711);
  cluster = await startCluster(folder);
  const client = new pg.Client({ connectionString: urlOf('postgres', 'postgres') });
  await client.connect();
  await client.query("create role tocsin_owner login noinherit createrole password 'fake'");
  await client.query("create role tocsin login noinherit password 'fake'");
  await client.query('create database tocsin_template owner tocsin_owner');
  await client.end();
  const migrated = await run([], {
    file: fileURLToPath(new URL('../../deploy/migrate', import.meta.url)),
    env: { TOCSIN_DATABASE_URL: urlOf('tocsin', 'tocsin_template'), TOCSIN_MIGRATE_DATABASE_URL: urlOf('tocsin_owner', 'tocsin_template') },
    limit: 120_000,
  });
  assert.equal(migrated.status, 0, migrated.stdout + migrated.stderr);
  process.env.TOCSIN_TEST_DATABASE_URL = urlOf('tocsin_owner', 'postgres');
  process.env.TOCSIN_TEST_PROGRAM_URL = urlOf('tocsin', 'postgres');
  process.env.TOCSIN_TEST_SUPERUSER_URL = urlOf('postgres', 'postgres');
  tocsin = await startTocsin({ env: { TOCSIN_ALLOW_UNSAFE: undefined } });
  integration = await connectWithMapping(tocsin, await tocsin.signInAs('admin'));
  await eventually(isReady);
});
after(async () => {
  await tocsin?.stop();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const getReadiness = () => tocsin.client({ base: tocsin.adminUrl }).get('/readyz?verbose');
const isReady = async () => (await getReadiness()).status === 200;

/** Readiness and the doctor report `name` with this reason, until `end`. */
async function assertReported(name, reason, { begin, end }) {
  await begin();
  const { json } = await eventually(async () => {
    const response = await getReadiness();
    return response.status === 503 && response.json.checks[name] !== 'ok' && response;
  }, { limit: 30_000, what: `a failed check ${name}` });
  assert.match(json.checks[name], reason);
  const findings = await tocsin.runDoctor({ status: 1 });
  assert.equal(findings[name].outcome, 'failed', JSON.stringify(findings));
  assert.match(findings[name].detail, reason);
  assert.ok(findings.sentry, 'the other checks ran');
  await end();
  await eventually(isReady, { limit: 30_000, what: 'a ready process' });
  return findings;
}

async function setServer(name, value) {
  await tocsin.sql(value === undefined ? `alter system reset ${name}` : `alter system set ${name} = '${value}'`);
  await tocsin.sql('select pg_reload_conf()');
}

test('a durable deployment with two logins has no failed check', async () => {
  const findings = await tocsin.runDoctor();
  for (const name of ['durability', 'login', 'writing', 'standbys', 'partitions', 'schema objects', 'connections']) assert.equal(findings[name].outcome, 'ok', JSON.stringify(findings[name]));
});

test('a synchronous standby that does not answer', async () => {
  tocsin.allowErrors(/./);
  const findings = await assertReported('writing', /synchronous standbys/, {
    begin: () => setServer('synchronous_standby_names', 'missing'),
    end: () => setServer('synchronous_standby_names'),
  });
  assert.match(findings.standbys.detail, /no standby is connected/);
});

test('no room for files of the database', async () => {
  const limit = (text) => async () => {
    await tocsin.sql(`alter database ${tocsin.database.name} ${text}`);
    await tocsin.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tocsin checks'");
  };
  await assertReported('writing', /room on the disk/, { begin: limit("set temp_file_limit = '64kB'"), end: limit('reset temp_file_limit') });
});

test('missing partitions', async () => {
  const [{ name }] = await tocsin.sql("select 'tocsin.deliveries_' || to_char(now() at time zone 'UTC' + interval '1 day', 'YYYYMMDD') as name");
  await assertReported('partitions', /there is no partition/, {
    begin: () => tocsin.sql(`alter table tocsin.deliveries detach partition ${name}`),
    end: async () => {
      await tocsin.sql(`drop table ${name}`);
      await tocsin.sql('select tocsin.make_delivery_partitions(2)');
    },
  });
});

test('changed tables and rights, and webhooks that fail because of them', async () => {
  const service = { begin: () => tocsin.sql('alter table tocsin.services add column extra text'), end: () => tocsin.sql('alter table tocsin.services drop column extra') };
  await assertReported('schema objects', /tables or functions differ/, service);
  const bodies = new IssueBodies(integration.installation_id);
  await assertReported('schema objects', /rights of the program's roles differ/, {
    begin: () => tocsin.sql('revoke insert on tocsin.deliveries from tocsin_ingest'),
    end: async () => {
      assert.equal((await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue('created') })).status, 500);
      assert.match((await getReadiness()).json.checks.webhooks, /could not be stored/);
      await tocsin.sql('grant insert on tocsin.deliveries to tocsin_ingest');
    },
  });
});

test('without fsync, a start is refused unless it is allowed', async () => {
  await assertReported('durability', /fsync.*TOCSIN_ALLOW_UNSAFE=database_durability/, {
    begin: () => setServer('fsync', 'off'),
    end: async () => {
      const refused = await tocsin.cli(['serve'], { status: 1, env: { TOCSIN_LISTEN: '127.0.0.1:0' } });
      assert.match(refused.stderr, /fsync or full_page_writes is off.*TOCSIN_ALLOW_UNSAFE=database_durability/);
      const allowed = await tocsin.startSecondProcess({ env: { TOCSIN_ALLOW_UNSAFE: 'database_durability' } });
      const client = tocsin.client({ base: `http://127.0.0.1:${allowed.ports.admin}` });
      await eventually(async () => (await client.get('/readyz')).status === 200, { limit: 30_000 });
      await allowed.stop();
      await setServer('fsync');
    },
  });
});

test('a login with too many rights fails the doctor, and leaves the process ready', async () => {
  for (const [right, reason] of [['createrole', /can create roles/], ['bypassrls', /bypasses row-level security/], ['superuser', /is a superuser/]]) {
    await tocsin.sql(`alter role tocsin ${right}`);
    const { login } = await tocsin.runDoctor({ status: 1 });
    assert.equal(login.outcome, 'failed');
    assert.match(login.detail, reason);
    await tocsin.sql(`alter role tocsin no${right}`);
  }
  assert.ok(await isReady());
});
