// deploy/migrate on a database with the schema and the data of each earlier release: landed/CHANGE.sql has the data, CHANGE is the
// last change of that release (schema/README.md).
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../support/program.mjs';
import { createLanded, migrate, releases, schema } from './support.mjs';

/** Columns that a later change removes or rewrites on purpose, as `table.column` of the earlier schema; that change has a test of its own here. */
const REWRITTEN = new Set([]);

/** What later changes make of the rows of earlier releases, by change. */
const AFTER = {
  integration_ended: async (database) => {
    const ended = await database.sql('select distinct status, status_reason from tocsin.integrations where ended order by 2');
    assert.deepEqual(ended, [
      { status: 'disconnected', status_reason: 'disconnected_by_admin' },
      { status: 'disconnected', status_reason: 'uninstalled' },
    ]);
    const others = await database.sql("select from tocsin.integrations where not ended and status_reason in ('disconnected_by_admin', 'uninstalled')");
    assert.equal(others.length, 0);
  },
  install_confirmed_at: async (database) => {
    const counts = await database.sql(
      `select count(told_installed_at)::int as told, count(install_confirmed_at)::int as confirmed,
              count(*) filter (where told_installed_at is distinct from install_confirmed_at)::int as different from tocsin.integrations`,
    );
    assert.ok(counts[0].confirmed > 0);
    assert.deepEqual(counts, [{ told: counts[0].confirmed, confirmed: counts[0].confirmed, different: 0 }]);
  },
  paging: async (database) => {
    const counts = await database.sql(
      `select (select count(*)::int from tocsin.organizations) as organizations, (select count(*)::int from tocsin.users) as users,
              (select count(*)::int from tocsin.policies p join tocsin.policy_targets t using (organization_id, policy_id, version)
                where p.is_default and t.kind = 'role' and t.target = 'admin') as policies,
              (select count(*)::int from tocsin.methods where kind = 'mail' and verified_at is not null and address_sealed is null) as methods`,
    );
    assert.ok(counts[0].organizations > 0 && counts[0].users > 0);
    assert.deepEqual([counts[0].policies, counts[0].methods], [counts[0].organizations, counts[0].users]);
  },
  sentry_projects: async (database) => {
    const projects = await database.sql(
      `select p.slug, p.name from tocsin.sentry_projects p join tocsin.mappings m on m.organization_id = p.organization_id
          and m.integration_id = p.integration_id and m.sentry_project_id = p.project_id and m.sentry_project_slug = p.slug
        where p.project_id = '102'`,
    );
    assert.ok(projects.length > 0);
    assert.deepEqual([...new Set(projects.map(({ slug, name }) => `${slug} ${name}`))], ['search Search']);
  },
};

/** The tables of the schema, by object id, and their columns, by number: a renamed table or column keeps these. */
async function readTables(database) {
  const columns = await database.sql(
    `select c.oid, c.oid::regclass::text as table, a.attnum, a.attname
       from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.attnum > 0 and not a.attisdropped
      order by c.oid, a.attnum`,
  );
  const tables = new Map();
  for (const column of columns) tables.set(column.oid, [...(tables.get(column.oid) ?? []), column]);
  return tables;
}

/** The rows of a table as sorted texts, from these of its columns alone. */
async function readRows(database, table, names) {
  const rows = await database.sql(`select jsonb_build_array(${names.map((name) => `"${name}"`).join(', ')})::text as row from ${table}`);
  return rows.map(({ row }) => row).sort();
}

async function readData(database) {
  const data = new Map();
  for (const [oid, columns] of await readTables(database)) {
    const kept = columns.filter(({ table, attname }) => !REWRITTEN.has(`${table.replace('tocsin.', '')}.${attname}`));
    const rows = await readRows(database, columns[0].table, kept.map(({ attname }) => attname));
    data.set(oid, { table: columns[0].table, columns: kept, rows });
  }
  return data;
}

/** Runs pgTAP tests of the schema on a database. */
async function prove(database, files) {
  const { hostname, port, username, password, pathname } = new URL(database.superuserUrl);
  const args = ['--host', hostname, '--port', port, '--username', username, '--dbname', pathname.slice(1)];
  const done = await run([...args, ...files.map((file) => join(schema, 'tests', file))], {
    file: 'pg_prove',
    env: { PGPASSWORD: password },
    limit: 120_000,
  });
  assert.equal(done.status, 0, done.stdout + done.stderr);
}

/** Fails unless the data has each value that a constraint of its schema lists (`status in ('open', ...)`). */
async function assertCoversListedValues(database) {
  const lists = await database.sql(
    `select k.conrelid::regclass::text as table, a.attname as column, pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      where k.connamespace = 'tocsin'::regnamespace and k.contype = 'c' and k.coninhcount = 0 and cardinality(k.conkey) = 1
        and pg_get_constraintdef(k.oid) like '%= ANY (ARRAY[%'`,
  );
  assert.ok(lists.length > 10);
  for (const { table, column, definition } of lists) {
    const listed = [...definition.matchAll(/'([^']+)'::text/g)].map(([, value]) => value).sort();
    const found = await database.sql(`select distinct ${column} as value from ${table} where ${column} is not null`);
    assert.deepEqual(found.map(({ value }) => value).sort(), listed, `${table}.${column}`);
  }
}

for (const change of releases) {
  test(`deploy/migrate upgrades the schema up to ${change} and keeps its data`, async () => {
    const database = await createLanded(change);
    await assertCoversListedValues(database);
    const before = await readData(database);
    const migrated = await migrate({ TOCSIN_DATABASE_URL: database.url });
    assert.equal(migrated.status, 0, migrated.stdout + migrated.stderr);

    const after = await readTables(database);
    for (const [oid, { table, columns, rows }] of before) {
      assert.ok(rows.length > 0, `landed/${change}.sql has no row of ${table}`);
      const now = after.get(oid);
      assert.ok(now, `${table} is gone`);
      const names = columns.map(({ attnum, attname }) => {
        const column = now.find((each) => each.attnum === attnum);
        assert.ok(column, `the column ${attname} of ${table} is gone`);
        return column.attname;
      });
      assert.deepEqual(await readRows(database, now[0].table, names), rows, `the rows of ${table}`);
    }
    for (const check of Object.values(AFTER)) await check(database);
    await prove(database, ['privileges.sql', 'isolation.sql']);
  });
}
