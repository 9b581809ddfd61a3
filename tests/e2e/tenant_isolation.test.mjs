// Row-level security as the second layer of tenant isolation: each condition on the organization is removed from each of the program's
// statements in turn, and still no statement reads or changes data of another organization.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { fillOrganization } from '../support/sample_organization.mjs';
import { startTocsin } from '../support/harness.mjs';
import { statements } from '../support/sql_statements.mjs';

const FOREIGN_WORD = 'zorblax';
let tocsin;
let acme;
let globex;
let client;
let tables;
const all = statements();
before(async () => {
  tocsin = await startTocsin();
  acme = await fillOrganization(tocsin, tocsin.org, { sentryOrganization: 'northwind', word: 'quirx', incidents: 1 });
  globex = await fillOrganization(tocsin, await tocsin.createOrganization('globex', { name: `Globex ${FOREIGN_WORD}` }), { sentryOrganization: 'empire-state', word: FOREIGN_WORD, incidents: 3 });
  client = new pg.Client({ connectionString: tocsin.database.superuserUrl });
  await client.connect();
  const { rows } = await client.query(`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attname = 'organization_id'`);
  tables = rows.map((row) => row.name);
});
after(async () => {
  await client?.end();
  await tocsin?.stop();
});

/** Each statement with one condition on the organization disabled. */
function createMutants() {
  const conditions = [/(?:\w+\.)?organization_id = \$\d(?:::uuid)?/g, /\w+\.organization_id = \w+\.organization_id/g];
  const mutants = [];
  for (const { name, sql } of all) {
    for (const condition of conditions) {
      for (const { 0: text, index } of sql.matchAll(condition)) {
        // An assignment, not a condition.
        if (/\bset\s+$/.test(sql.slice(0, index))) continue;
        mutants.push({ name: `${name} without "${text}"`, sql: `${sql.slice(0, index)}(${text} or true)${sql.slice(index + text.length)}` });
      }
    }
  }
  return mutants;
}

/** Lists of parameters with which a statement would find rows of the other organization. `first`: the organization parameter. */
async function parameterLists(sql, first) {
  await client.query('deallocate all');
  await client.query(`prepare probe as ${sql}`);
  const { rows } = await client.query("select parameter_types::text[] as types from pg_prepared_statements where name = 'probe'");
  await client.query('deallocate all');
  const ids = [...new Set(Object.values({ ...globex.ids, ...globex.body }))];
  const texts = [`${FOREIGN_WORD}-checkout`, `${FOREIGN_WORD}-project`, `${FOREIGN_WORD}@globex.example`, globex.org.people.viewer.email, 'connected'];
  const value = (type, id, text = null) => {
    if (type.endsWith('[]')) return type === 'uuid[]' ? `{${id}}` : '{}';
    if (type === 'uuid') return id;
    if (['bigint', 'integer', 'smallint', 'double precision', 'numeric'].includes(type)) return 2;
    if (type === 'boolean') return true;
    if (type.startsWith('timestamp')) return '2100-01-01T00:00:00Z';
    if (type === 'interval') return '1 hour';
    if (type === 'bytea') return Buffer.alloc(32);
    if (type === 'jsonb' || type === 'json') return '{}';
    return text;
  };
  const lists = ids.map((id) => rows[0].types.map((type, at) => (at === 0 && type === 'uuid' ? first : value(type, id))));
  for (const text of texts) lists.push(rows[0].types.map((type, at) => (at === 0 && type === 'uuid' ? first : value(type, ids[0], text))));
  // Without filters and without an id.
  lists.push(rows[0].types.map((type, at) => (at === 0 && type === 'uuid' ? first : type === 'bigint' ? 100 : type.endsWith('[]') ? '{}' : null)));
  return lists;
}

async function fingerprintForeignRows() {
  const parts = tables.map((name) => `select '${name}' as name, md5(string_agg(t::text, '' order by t::text)) as sum from tocsin.${name} t where organization_id = '${globex.org.id}'`);
  return (await client.query(parts.join(' union all '))).rows.map((row) => `${row.name} ${row.sum}`).join();
}

const foreignWords = () => [FOREIGN_WORD, globex.org.id, ...Object.values({ ...globex.ids, ...globex.body }).filter((id) => id !== globex.ids.members)];

/** Runs a statement as `role` in the organization acme, and returns what it reads or changes of the other one, if anything. */
async function findLeak(sql, values, role, untouched) {
  await client.query('begin');
  try {
    await client.query(`select set_config('app.tenant', $1, true)${role ? `, set_config('role', '${role}', true)` : ''}`, [acme.org.id]);
    const sent = values.filter((item) => item !== null).map(String);
    const { rows } = await client.query(sql, values);
    await client.query("select set_config('role', 'none', true)");
    // A statement may return its own parameters.
    const shown = sent.reduce((text, one) => text.replaceAll(JSON.stringify(one), ''), JSON.stringify(rows));
    const word = foreignWords().find((item) => shown.includes(item));
    if (word) return `reads ${word}`;
    if (!/^\s*select/i.test(sql) && (await fingerprintForeignRows()) !== untouched) return 'changes rows';
    return undefined;
  } catch (error) {
    // Refused by row-level security, by a constraint, or because of the parameters.
    if (error.code === undefined) throw error;
    return undefined;
  } finally {
    await client.query('rollback');
  }
}

async function findLeakOf(sql, role, first, untouched) {
  let lists;
  try {
    lists = await parameterLists(sql, first);
  } catch (error) {
    throw new Error(`cannot be prepared: ${sql}`, { cause: error });
  }
  for (const values of lists) {
    const found = await findLeak(sql, values, role, untouched);
    if (found) return found;
  }
  return undefined;
}

test('all statements of the sources are found', () => {
  assert.ok(all.length > 150, `${all.length}`);
  const names = all.map((item) => item.name);
  assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), [], 'names are unique');
  assert.ok(all.every((item) => /\b(select|insert|update|delete)\b/i.test(item.sql)), JSON.stringify(all.find((item) => !/\b(select|insert|update|delete)\b/i.test(item.sql))));
});

test('no statement without its condition passes row-level security; as superuser many would leak', async (t) => {
  const untouched = await fingerprintForeignRows();
  const leaks = [];
  let leaksAsSuperuser = 0;
  const mutants = createMutants();
  for (const { name, sql } of mutants) {
    const found = await findLeakOf(sql, 'tocsin_gateway', acme.org.id, untouched);
    if (found) leaks.push(`${name}: ${found}`);
    if (await findLeakOf(sql, undefined, acme.org.id, untouched)) leaksAsSuperuser += 1;
  }
  t.diagnostic(`${mutants.length} mutants, ${leaks.length} leak; as superuser, ${leaksAsSuperuser} would`);
  assert.deepEqual(leaks, []);
  assert.ok(mutants.length > 100, `${mutants.length}`);
  assert.ok(leaksAsSuperuser > 30, `the test detects leaks: ${leaksAsSuperuser}`);
});

test('a statement with the id of another organization has no effect there', async () => {
  const untouched = await fingerprintForeignRows();
  const leaks = [];
  for (const { name, sql } of all) {
    const found = await findLeakOf(sql, 'tocsin_gateway', globex.org.id, untouched);
    if (found && !/tocsin\.(find_|organizations_of|sessions_of)/.test(sql)) leaks.push(`${name}: ${found}`);
  }
  assert.deepEqual(leaks, []);
});
