// The version of the schema: readiness and the doctor compare it with the one that the program was built for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

const changes = readFileSync(new URL('../../schema/sqitch.plan', import.meta.url), 'utf8').match(/^[a-z]/gm).length;
let tocsin;
before(async () => {
  tocsin = await startTocsin();
});
after(() => tocsin?.stop());

const setVersion = (version) => tocsin.sql(`create or replace function tocsin.schema_version() returns integer language sql stable return ${version}`);
const ready = () => tocsin.client({ base: tocsin.adminUrl }).get('/readyz?verbose');
const schema = async (status) => {
  const durable = (await tocsin.value('show fsync')) === 'on';
  const { stdout } = await tocsin.cli(['doctor', '--json'], { status: durable ? status : 1 });
  return JSON.parse(stdout).find((one) => one.name === 'schema');
};

test('a migrated schema has the version that the program needs', async () => {
  assert.equal(await tocsin.value('select tocsin.schema_version()'), changes);
  assert.equal((await ready()).status, 200);
  assert.deepEqual(await schema(0), { name: 'schema', outcome: 'ok', detail: `version ${changes}` });
});

test('an older schema is not ready, and the doctor asks for deploy/migrate', async () => {
  await setVersion(changes - 1);
  const answer = await ready();
  assert.equal(answer.status, 503);
  assert.match(answer.json.checks.database, new RegExp(`version ${changes - 1}, this program needs version ${changes}: run deploy/migrate`));
  assert.equal((await schema(1)).outcome, 'failed');
});

test('a newer schema is ready, so that an upgrade can migrate before it restarts', async () => {
  await setVersion(changes + 1);
  assert.equal((await ready()).status, 200);
  const found = await schema(0);
  assert.equal(found.outcome, 'note');
  assert.match(found.detail, /update the program/);
});

test('a schema from before it had a version is older', async () => {
  await tocsin.sql('drop function tocsin.schema_version()');
  assert.equal((await ready()).status, 503);
  assert.equal((await schema(1)).outcome, 'failed');
});
