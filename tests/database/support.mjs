// Databases of the migration tests, and the commands that change their schema.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Database } from '../support/database.mjs';
import { run } from '../support/program.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const schema = join(root, 'schema');

const databases = [];
const logins = [];
const folders = [];
after(async () => {
  const [last, ...others] = databases;
  for (const database of others) await database.drop();
  for (const login of logins) await last.sql(`drop owned by ${login}; drop role ${login}`);
  await last?.drop();
  for (const folder of folders) if (existsSync(folder)) rmSync(folder, { recursive: true });
});

/** A database without a schema, owned by the login of its URL. Dropped after the tests of the file. */
export async function emptyDatabase() {
  const database = await Database.create({ from: 'template0' });
  databases.push(database);
  return database;
}

/** A new login, and the URL of `database` for it. */
export async function createLogin(database, attributes = '') {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await database.sql(`create role ${name} login password 'fake' ${attributes}`);
  logins.push(name);
  const url = new URL(database.url);
  url.username = name;
  url.password = 'fake';
  return { name, url: url.href };
}

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(process.env.TOCSIN_TEST_TMP ?? tmpdir(), `${name}-`));
  folders.push(folder);
  return folder;
}

/** Runs deploy/migrate of the checkout, or of a copy of it. */
export function migrate(env, { args = [], checkout = root } = {}) {
  return run(args, { file: join(checkout, 'deploy/migrate'), env, limit: 120_000 });
}

export function sqitch(database, command, { folder = schema } = {}) {
  return run(['--chdir', folder, ...command, '--target', database.url.replace('postgresql:', 'db:pg:')], {
    file: 'sqitch',
    env: { SQITCH_FULLNAME: 'Test', SQITCH_EMAIL: 'test@tocsin.invalid' },
    limit: 120_000,
  });
}

const fixtures = join(root, 'tests/database/landed');

/** The last change of each earlier release whose data is in landed/CHANGE.sql (schema/README.md). */
export const releases = readdirSync(fixtures).flatMap((name) => /^(?!at_fixed_time)(\w+)\.sql$/.exec(name)?.[1] ?? []);

/** A database with the schema and the data of an earlier release. */
export async function createLanded(change) {
  const database = await emptyDatabase();
  const deployed = await sqitch(database, ['deploy', '--to', change]);
  assert.equal(deployed.status, 0, deployed.stdout + deployed.stderr);
  const now = await database.value("select pg_get_functiondef('tocsin.now()'::regprocedure)");
  await database.sql(readFileSync(join(fixtures, 'at_fixed_time.sql'), 'utf8'));
  await database.sql(now);
  // Triggers and foreign keys have seen these rows already.
  await database.sql(`begin; set local session_replication_role = replica; ${readFileSync(join(fixtures, `${change}.sql`), 'utf8')}; commit`);
  return database;
}
