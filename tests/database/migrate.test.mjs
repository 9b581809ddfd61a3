// deploy/migrate on databases of its own, as the logins that operators have.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Database } from '../support/database.mjs';
import { run } from '../support/program.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const POOL_ROLES = ['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator'];

let folder;
const databases = [];
const logins = [];
before(() => {
  folder = mkdtempSync(join(process.env.TOCSIN_TEST_TMP ?? tmpdir(), 'migrate-'));
});
after(async () => {
  const last = databases[0];
  for (const database of databases.slice(1)) await database.drop();
  for (const login of logins) await last.sql(`drop owned by ${login}; drop role ${login}`);
  await last?.drop();
  rmSync(folder, { recursive: true });
});

async function empty() {
  const database = await Database.create({ from: 'template0' });
  databases.push(database);
  return database;
}

/** A URL of `database` for a new login. */
async function loginFor(database, attributes = '') {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await database.sql(`create role ${name} login password 'fake' ${attributes}`);
  logins.push(name);
  const url = new URL(database.url);
  url.username = name;
  url.password = 'fake';
  return { name, url: url.href };
}

function migrate(env, args = []) {
  return run(args, { file: join(root, 'deploy/migrate'), env, limit: 120_000 });
}

function sqitch(database, command) {
  return run(['--chdir', join(root, 'schema'), ...command, '--target', database.url.replace('postgresql:', 'db:pg:')], {
    file: 'sqitch',
    env: { SQITCH_FULLNAME: 'Test', SQITCH_EMAIL: 'test@tocsin.invalid' },
    limit: 120_000,
  });
}

const tables = (database) => database.value("select count(*) from pg_tables where schemaname = 'tocsin'");

/** What a connection sees that assumes `role`, as the program's pools do. */
async function assume(url, role, query) {
  const client = new pg.Client({ connectionString: url, options: `-c role=${role}` });
  await client.connect();
  try {
    return Object.values((await client.query(query)).rows[0])[0];
  } finally {
    await client.end();
  }
}

test('an owner without superuser migrates, and again without a change', async () => {
  const database = await empty();
  const first = await migrate({ TOCSIN_DATABASE_URL: database.url });
  assert.equal(first.status, 0, first.stdout + first.stderr);
  const made = await tables(database);
  assert.ok(made > 20);
  const second = await migrate({ TOCSIN_DATABASE_URL: database.url });
  assert.equal(second.status, 0, second.stdout + second.stderr);
  assert.match(second.stdout, /up-to-date/);
  assert.equal(await tables(database), made);
  for (const role of POOL_ROLES) assert.equal(await assume(database.url, role, 'select current_user'), role);
});

test('a superuser migrates', async () => {
  const database = await empty();
  const done = await migrate({ TOCSIN_DATABASE_URL: database.superuserUrl });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  assert.equal(await assume(database.superuserUrl, 'tocsin_gateway', 'select count(*) from tocsin.organizations'), 0);
});

test('another login than the one that migrates is given the roles, and nothing else', async () => {
  const database = await empty();
  const program = await loginFor(database, 'noinherit');
  const done = await migrate({ TOCSIN_DATABASE_URL: program.url, TOCSIN_MIGRATE_DATABASE_URL: database.url });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  for (const role of POOL_ROLES) assert.equal(await assume(program.url, role, 'select current_user'), role);
  await assert.rejects(assume(program.url, 'tocsin_lookup', 'select 1'), { code: '42501' });
  await assert.rejects(assume(program.url, 'none', 'select count(*) from tocsin.organizations'), { code: '42501' });
});

test('of two at once one waits for the other', async () => {
  const database = await empty();
  const both = await Promise.all([migrate({ TOCSIN_DATABASE_URL: database.url }), migrate({ TOCSIN_DATABASE_URL: database.url })]);
  for (const done of both) assert.equal(done.status, 0, done.stdout + done.stderr);
});

test('deploy, verify, revert and deploy again', async () => {
  const database = await empty();
  for (const command of [['deploy', '--verify'], ['verify'], ['revert', '-y'], ['deploy', '--verify'], ['revert', '-y']]) {
    const done = await sqitch(database, command);
    assert.equal(done.status, 0, `sqitch ${command.join(' ')}: ${done.stdout}${done.stderr}`);
  }
  assert.equal(await database.value("select count(*) from pg_namespace where nspname = 'tocsin'"), 0);
  assert.equal(await database.value("select count(*) from pg_extension where extname = 'btree_gin'"), 0);
  assert.equal(
    await database.value("select count(*) from pg_roles where rolname = 'tocsin_gateway'"), 1,
    'a role that other databases use stays',
  );
});

test('the URL may stand in a file, name several hosts and carry parameters', async () => {
  const database = await empty();
  const { host, port, username, password, pathname } = new URL(database.url);
  const file = join(folder, 'url');
  writeFileSync(
    file,
    `postgresql://${username}:${password}@127.0.0.1:1,${host}${pathname}?target_session_attrs=read-write&options=-c%20work_mem%3D8MB\n`,
  );
  assert.ok(port);
  const done = await migrate({ TOCSIN_DATABASE_URL_FILE: file });
  assert.equal(done.status, 0, done.stdout + done.stderr);
});

test('a wrong configuration is named, with status 2', async () => {
  const cases = [
    [{}, /TOCSIN_DATABASE_URL: required/],
    [{ TOCSIN_DATABASE_URL: 'mysql://a:b@127.0.0.1/c' }, /TOCSIN_DATABASE_URL: not a PostgreSQL URI/],
    [{ TOCSIN_DATABASE_URL: 'postgresql://127.0.0.1/c' }, /TOCSIN_DATABASE_URL: it names no login/],
    [{ TOCSIN_DATABASE_URL: 'postgresql://a@127.0.0.1/c', TOCSIN_MIGRATE_DATABASE_URL: 'c' }, /TOCSIN_MIGRATE_DATABASE_URL: not/],
    [{ TOCSIN_DATABASE_URL: 'postgresql://a@127.0.0.1/c', TOCSIN_DATABASE_URL_FILE: '/dev/null' }, /not both/],
    [{ TOCSIN_DATABASE_URL_FILE: join(folder, 'nothing') }, /TOCSIN_DATABASE_URL_FILE: cannot read/],
  ];
  for (const [env, message] of cases) {
    const done = await migrate(env);
    assert.equal(done.status, 2, `${JSON.stringify(env)}: ${done.stderr}`);
    assert.match(done.stderr, message);
  }
  assert.equal((await migrate({}, ['now'])).status, 2);
});

test('a login that cannot migrate is told what is missing, with status 1', async () => {
  const database = await empty();
  const plain = await loginFor(database);
  const done = await migrate({ TOCSIN_DATABASE_URL: plain.url });
  assert.equal(done.status, 1);
  assert.match(done.stderr, /may not create roles/);
  const foreign = await loginFor(database, 'createrole');
  const refused = await migrate({ TOCSIN_DATABASE_URL: foreign.url });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /may not create a schema/);
  const stranger = new URL(database.url);
  stranger.password = 'fake-and-wrong';
  const unknown = await migrate({ TOCSIN_DATABASE_URL: stranger.href });
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /cannot connect/);
  assert.doesNotMatch(unknown.stdout + unknown.stderr, /fake-and-wrong/);
});
