// deploy/migrate, with the logins that operators have.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { createLogin, emptyDatabase, migrate, sqitch, temporaryFolder } from './support.mjs';

const POOL_ROLES = ['tocsin_gateway', 'tocsin_ingest', 'tocsin_scheduler', 'tocsin_operator'];

const tables = (database) => database.value("select count(*) from pg_tables where schemaname = 'tocsin'");

/** The result of a query on a connection that assumes `role`, as the program's pools do. */
async function queryAs(url, role, query) {
  const client = new pg.Client({ connectionString: url, options: `-c role=${role}` });
  await client.connect();
  try {
    return Object.values((await client.query(query)).rows[0])[0];
  } finally {
    await client.end();
  }
}

test('an owner who is no superuser migrates; a second run changes nothing', async () => {
  const database = await emptyDatabase();
  const first = await migrate({ TOCSIN_DATABASE_URL: database.url });
  assert.equal(first.status, 0, first.stdout + first.stderr);
  const made = await tables(database);
  assert.ok(made > 20);
  const second = await migrate({ TOCSIN_DATABASE_URL: database.url });
  assert.equal(second.status, 0, second.stdout + second.stderr);
  assert.match(second.stdout, /up-to-date/);
  assert.equal(await tables(database), made);
  for (const role of POOL_ROLES) assert.equal(await queryAs(database.url, role, 'select current_user'), role);
});

test('a superuser migrates', async () => {
  const database = await emptyDatabase();
  const done = await migrate({ TOCSIN_DATABASE_URL: database.superuserUrl });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  assert.equal(await queryAs(database.superuserUrl, 'tocsin_gateway', 'select count(*) from tocsin.organizations'), 0);
});

test('a login other than the one that migrates gets the roles, and nothing else', async () => {
  const database = await emptyDatabase();
  const program = await createLogin(database, 'noinherit');
  const done = await migrate({ TOCSIN_DATABASE_URL: program.url, TOCSIN_MIGRATE_DATABASE_URL: database.url });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  for (const role of POOL_ROLES) assert.equal(await queryAs(program.url, role, 'select current_user'), role);
  await assert.rejects(queryAs(program.url, 'tocsin_lookup', 'select 1'), { code: '42501' });
  await assert.rejects(queryAs(program.url, 'none', 'select count(*) from tocsin.organizations'), { code: '42501' });
});

test('one of two simultaneous runs waits for the other', async () => {
  const database = await emptyDatabase();
  const both = await Promise.all([migrate({ TOCSIN_DATABASE_URL: database.url }), migrate({ TOCSIN_DATABASE_URL: database.url })]);
  for (const done of both) assert.equal(done.status, 0, done.stdout + done.stderr);
});

test('deploy, verify, revert, and deploy again', async () => {
  const database = await emptyDatabase();
  for (const command of [['deploy', '--verify'], ['verify'], ['revert', '-y'], ['deploy', '--verify'], ['revert', '-y']]) {
    const done = await sqitch(database, command);
    assert.equal(done.status, 0, `sqitch ${command.join(' ')}: ${done.stdout}${done.stderr}`);
  }
  assert.equal(await database.value("select count(*) from pg_namespace where nspname = 'tocsin'"), 0);
  assert.equal(await database.value("select count(*) from pg_extension where extname = 'btree_gin'"), 0);
  assert.equal(
    await database.value("select count(*) from pg_roles where rolname = 'tocsin_gateway'"), 1,
    'roles, which other databases use, stay',
  );
});

test('the URL can be in a file, with several hosts and parameters', async () => {
  const database = await emptyDatabase();
  const { host, port, username, password, pathname } = new URL(database.url);
  const file = join(temporaryFolder('migrate'), 'url');
  writeFileSync(
    file,
    `postgresql://${username}:${password}@127.0.0.1:1,${host}${pathname}?target_session_attrs=read-write&options=-c%20work_mem%3D8MB\n`,
  );
  assert.ok(port);
  const done = await migrate({ TOCSIN_DATABASE_URL_FILE: file });
  assert.equal(done.status, 0, done.stdout + done.stderr);
});

test('a wrong configuration is reported, with status 2', async () => {
  const cases = [
    [{}, /TOCSIN_DATABASE_URL: required/],
    [{ TOCSIN_DATABASE_URL: 'mysql://a:b@127.0.0.1/c' }, /TOCSIN_DATABASE_URL: not a PostgreSQL URI/],
    [{ TOCSIN_DATABASE_URL: 'postgresql://127.0.0.1/c' }, /TOCSIN_DATABASE_URL: it has no login/],
    [{ TOCSIN_DATABASE_URL: 'postgresql://a@127.0.0.1/c', TOCSIN_MIGRATE_DATABASE_URL: 'c' }, /TOCSIN_MIGRATE_DATABASE_URL: not/],
    [{ TOCSIN_DATABASE_URL: 'postgresql://a@127.0.0.1/c', TOCSIN_DATABASE_URL_FILE: '/dev/null' }, /not both/],
    [{ TOCSIN_DATABASE_URL_FILE: join(temporaryFolder('migrate'), 'missing') }, /TOCSIN_DATABASE_URL_FILE: cannot read/],
  ];
  for (const [env, message] of cases) {
    const done = await migrate(env);
    assert.equal(done.status, 2, `${JSON.stringify(env)}: ${done.stderr}`);
    assert.match(done.stderr, message);
  }
  assert.equal((await migrate({}, { args: ['now'] })).status, 2);
});

test('a login that cannot migrate gets the reason, with status 1', async () => {
  const database = await emptyDatabase();
  const plain = await createLogin(database);
  const done = await migrate({ TOCSIN_DATABASE_URL: plain.url });
  assert.equal(done.status, 1);
  assert.match(done.stderr, /cannot create roles/);
  const foreign = await createLogin(database, 'createrole');
  const refused = await migrate({ TOCSIN_DATABASE_URL: foreign.url });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /cannot create a schema/);
  const stranger = new URL(database.url);
  stranger.password = 'fake-and-wrong';
  const unknown = await migrate({ TOCSIN_DATABASE_URL: stranger.href });
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /cannot connect/);
  assert.doesNotMatch(unknown.stdout + unknown.stderr, /fake-and-wrong/);
});
