// The backup and the restore of docs/operating.md, as written there, into a new cluster.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startCluster } from '../support/cluster.mjs';
import { Database } from '../support/database.mjs';
import { run } from '../support/program.mjs';
import { migrate, root, temporaryFolder } from './support.mjs';

const manual = readFileSync(join(root, 'docs/operating.md'), 'utf8');
/** The commands of a section, one a line. */
const commandsOf = (title) => {
  const [section] = manual.split(`\n## ${title}\n`)[1].split('\n## ');
  return section.split('\n').filter((line) => line.startsWith('    ')).map((line) => line.trim());
};
const backup = commandsOf('Backup');
const restore = commandsOf('Restoring a backup');

const clusters = [];
after(async () => {
  for (const { stop } of clusters) await stop();
  await source?.drop();
});

async function newServer() {
  const cluster = await startCluster(temporaryFolder('cluster'));
  clusters.push(cluster);
  return cluster.url;
}

/** The environment for PostgreSQL's commands. */
const connection = ({ hostname, port, username, password }) => ({ PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PATH: process.env.PATH });

async function runAll(commands, { server, folder, replace = [] }) {
  for (const command of commands) {
    const text = replace.reduce((all, [from, to]) => all.replaceAll(from, to), command);
    const done = await run(['-c', text], { file: 'bash', env: connection(server), cwd: folder, limit: 120_000 });
    assert.equal(done.status, 0, `${text}\n${done.stdout}${done.stderr}`);
  }
}

async function query(server, database, text, role) {
  const url = new URL(server);
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href, ...(role && { options: `-c role=${role}` }) });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** The number of rows of each table. */
async function countRows(server, database) {
  const tables = await query(server, database, "select tablename from pg_tables where schemaname = 'tocsin' order by 1");
  const counts = {};
  for (const { tablename } of tables) [{ count: counts[tablename] }] = await query(server, database, `select count(*) from tocsin.${tablename}`);
  return counts;
}

const fingerprint = async (server, database) => (await query(server, database, 'select * from tocsin.schema_fingerprint()'))[0];

let source;
let folder;
before(async () => {
  source = await Database.create();
  await source.sql(`insert into tocsin.organizations (organization_id, slug, name) values (gen_random_uuid(), 'acme', 'Acme');
    insert into tocsin.users (user_id, email, password_hash) values (gen_random_uuid(), 'owner@acme.example', 'not a hash');
    insert into tocsin.members (organization_id, user_id, role) select organization_id, user_id, 'owner' from tocsin.organizations, tocsin.users`);
  folder = temporaryFolder('backup');
  await runAll(backup, { server: new URL(source.superuserUrl), folder, replace: [['tocsin.dump tocsin', `tocsin.dump ${source.name}`]] });
});

test('the documented backup is restored into a new cluster, with its rights', async () => {
  const server = await newServer();
  // The owner has the same name as before.
  const owner = new URL(source.url).username;
  await runAll(restore, { server, folder, replace: [['tocsin_owner', owner], ['schema/deploy', join(root, 'schema/deploy')]] });
  await query(server, 'tocsin', `alter role ${owner} password 'fake'; alter role tocsin password 'fake'`);
  const urlOf = (login) => `postgresql://${login}:fake@${server.host}/tocsin`;

  const migrated = await migrate({ TOCSIN_DATABASE_URL: urlOf('tocsin'), TOCSIN_MIGRATE_DATABASE_URL: urlOf(owner) });
  assert.equal(migrated.status, 0, migrated.stdout + migrated.stderr);
  const original = new URL(source.superuserUrl);
  assert.deepEqual(await countRows(server, 'tocsin'), await countRows(original, source.name));
  assert.deepEqual(await fingerprint(server, 'tocsin'), await fingerprint(original, source.name));
  const login = new URL(urlOf('tocsin'));
  assert.deepEqual(await query(login, 'tocsin', 'select tocsin.schema_version() as version', 'tocsin_gateway'), await query(original, source.name, 'select tocsin.schema_version() as version'));
  await assert.rejects(query(login, 'tocsin', 'select count(*) from tocsin.organizations'), { code: '42501' });
});

test('a restore without the roles is noticed', async () => {
  const server = await newServer();
  await runAll(['createdb tocsin'], { server, folder });
  const incomplete = await run(['-c', 'pg_restore --dbname=tocsin tocsin.dump'], { file: 'bash', env: connection(server), cwd: folder, limit: 120_000 });
  assert.match(incomplete.stderr, /role "tocsin_gateway" does not exist/);
  server.pathname = '/tocsin';
  const refused = await migrate({ TOCSIN_DATABASE_URL: server.href });
  assert.equal(refused.status, 1, refused.stdout + refused.stderr);
  assert.match(refused.stderr, /differs from what deploy\/migrate recorded/);
});
