// The second wall: each condition on the organization is taken out of each statement of the program in turn, and the database
// still shows, changes and takes nothing of another organization.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { furnish } from '../support/furnish.mjs';
import { startTocsin } from '../support/harness.mjs';
import { statements } from '../support/statements.mjs';

const CANARY = 'zorblax';
let tocsin;
let acme;
let globex;
let client;
let tables;
const all = statements();
before(async () => {
  tocsin = await startTocsin();
  acme = await furnish(tocsin, tocsin.org, 'northwind', 'quirx', 1);
  globex = await furnish(tocsin, await tocsin.createOrganization('globex', { name: `Globex ${CANARY}` }), 'empire-state', CANARY, 3);
  client = new pg.Client({ connectionString: tocsin.database.superuserUrl });
  await client.connect();
  const walls = await client.query(`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'tocsin'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attname = 'organization_id'`);
  tables = walls.rows.map((one) => one.name);
});
after(async () => {
  await client?.end();
  await tocsin?.stop();
});

/** Each statement with one condition on the organization made void. */
function mutants() {
  const conditions = [/(?:\w+\.)?organization_id = \$\d(?:::uuid)?/g, /\w+\.organization_id = \w+\.organization_id/g];
  const made = [];
  for (const { name, sql } of all) {
    for (const condition of conditions) {
      for (const { 0: text, index } of sql.matchAll(condition)) {
        // In `set` it is no condition.
        if (/\bset\s+$/.test(sql.slice(0, index))) continue;
        made.push({ name: `${name} without "${text}"`, sql: `${sql.slice(0, index)}(${text} or true)${sql.slice(index + text.length)}` });
      }
    }
  }
  return made;
}

/** Values for the parameters, so that a statement meets what belongs to the other organization. */
async function runs(sql, first) {
  await client.query('deallocate all');
  await client.query(`prepare probe as ${sql}`);
  const { rows } = await client.query("select parameter_types::text[] as types from pg_prepared_statements where name = 'probe'");
  await client.query('deallocate all');
  const ids = [...new Set(Object.values({ ...globex.ids, ...globex.body }))];
  const texts = [`${CANARY}-checkout`, `${CANARY}-project`, `${CANARY}@globex.example`, globex.org.people.viewer.email, 'connected'];
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
  // Filters: none, and the same without an id.
  lists.push(rows[0].types.map((type, at) => (at === 0 && type === 'uuid' ? first : type === 'bigint' ? 100 : type.endsWith('[]') ? '{}' : null)));
  return lists;
}

async function fingerprint() {
  const parts = tables.map((name) => `select '${name}' as name, md5(string_agg(t::text, '' order by t::text)) as sum from tocsin.${name} t where organization_id = '${globex.org.id}'`);
  return (await client.query(parts.join(' union all '))).rows.map((one) => `${one.name} ${one.sum}`).join();
}

const foreignWords = () => [CANARY, globex.org.id, ...Object.values({ ...globex.ids, ...globex.body }).filter((id) => id !== globex.ids.members)];

/** Runs a statement as `role` in the organization acme: what of the other organization it showed or changed, if anything. */
async function leak(sql, values, role, untouched) {
  await client.query('begin');
  try {
    await client.query(`select set_config('app.tenant', $1, true)${role ? `, set_config('role', '${role}', true)` : ''}`, [acme.org.id]);
    const sent = values.filter((one) => one !== null).map(String);
    const { rows } = await client.query(sql, values);
    await client.query("select set_config('role', 'none', true)");
    // What was sent may come back.
    const shown = sent.reduce((text, one) => text.replaceAll(JSON.stringify(one), ''), JSON.stringify(rows));
    const word = foreignWords().find((one) => shown.includes(one));
    if (word) return `shows ${word}`;
    if (!/^\s*select/i.test(sql) && (await fingerprint()) !== untouched) return 'changes rows';
    return undefined;
  } catch (error) {
    // Refused by the wall, a constraint or for the values: nothing leaked.
    if (error.code === undefined) throw error;
    return undefined;
  } finally {
    await client.query('rollback');
  }
}

async function leaksOf(sql, role, first, untouched) {
  let lists;
  try {
    lists = await runs(sql, first);
  } catch (error) {
    throw new Error(`cannot be prepared: ${sql}`, { cause: error });
  }
  for (const values of lists) {
    const found = await leak(sql, values, role, untouched);
    if (found) return found;
  }
  return undefined;
}

test('all statements are found in the sources', () => {
  assert.ok(all.length > 150, `${all.length}`);
  const names = all.map((one) => one.name);
  assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), [], 'names are unique');
  assert.ok(all.every((one) => /\b(select|insert|update|delete)\b/i.test(one.sql)), JSON.stringify(all.find((one) => !/\b(select|insert|update|delete)\b/i.test(one.sql))));
});

test('no statement that has lost a condition gets through the wall; without the wall many would', async (t) => {
  const untouched = await fingerprint();
  const wrong = [];
  let without = 0;
  const made = mutants();
  for (const { name, sql } of made) {
    const found = await leaksOf(sql, 'tocsin_gateway', acme.org.id, untouched);
    if (found) wrong.push(`${name}: ${found}`);
    if (await leaksOf(sql, undefined, acme.org.id, untouched)) without += 1;
  }
  t.diagnostic(`${made.length} mutants, ${wrong.length} leak; past the wall ${without} would`);
  assert.deepEqual(wrong, []);
  assert.ok(made.length > 100, `${made.length}`);
  assert.ok(without > 30, `the probe would see ${without}`);
});

test('a statement that is given another organization does nothing there', async () => {
  const untouched = await fingerprint();
  const wrong = [];
  for (const { name, sql } of all) {
    const found = await leaksOf(sql, 'tocsin_gateway', globex.org.id, untouched);
    if (found && !/tocsin\.(find_|organizations_of|sessions_of)/.test(sql)) wrong.push(`${name}: ${found}`);
  }
  assert.deepEqual(wrong, []);
});
