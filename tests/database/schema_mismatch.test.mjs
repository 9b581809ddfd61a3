// deploy/migrate on databases whose schema does not belong to the scripts of the checkout.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyDatabase, migrate, root, temporaryFolder } from './support.mjs';

const tables = (database) => database.value("select count(*) from pg_tables where schemaname = 'tocsin'");

test('a schema that was deployed from other scripts is refused, with status 3', async () => {
  const checkout = temporaryFolder('edited');
  for (const folder of ['deploy', 'schema']) cpSync(join(root, folder), join(checkout, folder), { recursive: true });
  const database = await emptyDatabase();
  const first = await migrate({ TOCSIN_DATABASE_URL: database.url }, { checkout });
  assert.equal(first.status, 0, first.stdout + first.stderr);
  const made = await tables(database);

  appendFileSync(join(checkout, 'schema/deploy/audit.sql'), '-- edited in place\n');
  const refused = await migrate({ TOCSIN_DATABASE_URL: database.url }, { checkout });
  assert.equal(refused.status, 3, refused.stdout + refused.stderr);
  assert.match(refused.stderr, /cannot be upgraded: its change audit /);
  assert.equal(await tables(database), made);
});

test('a schema that is newer than the program is refused', async () => {
  const checkout = temporaryFolder('newer');
  for (const folder of ['deploy', 'schema']) cpSync(join(root, folder), join(checkout, folder), { recursive: true });
  for (const folder of ['deploy', 'revert', 'verify']) writeFileSync(join(checkout, 'schema', folder, 'later.sql'), 'select 1;\n');
  const plan = join(checkout, 'schema/sqitch.plan');
  const [last] = /^\w+(?= .*\n$)/m.exec(readFileSync(plan, 'utf8').split('\n').slice(-2).join('\n'));
  appendFileSync(plan, `later [${last}] 2030-01-01T00:00:00Z Test <test@tocsin.invalid> # A later change\n`);
  const database = await emptyDatabase();
  const newer = await migrate({ TOCSIN_DATABASE_URL: database.url }, { checkout });
  assert.equal(newer.status, 0, newer.stdout + newer.stderr);

  const refused = await migrate({ TOCSIN_DATABASE_URL: database.url });
  assert.equal(refused.status, 1, refused.stdout + refused.stderr);
  assert.match(refused.stderr, /newer than this version of Tocsin: it has the change later/);
});
