// Readiness and the doctor compare the schema's version with the version that the program needs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';

const changes = readFileSync(new URL('../../schema/sqitch.plan', import.meta.url), 'utf8').match(/^[a-z]/gm).length;
let tocsin;
before(async () => {
  tocsin = await startTocsin();
});
after(() => tocsin?.stop());

const setVersion = (version) => tocsin.sql(`create or replace function tocsin.schema_version() returns integer language sql stable return ${version}`);
const getReadiness = () => tocsin.client({ base: tocsin.adminUrl }).get('/readyz?verbose');
const diagnoseSchema = async (status) => (await tocsin.runDoctor({ status })).schema;

test('a migrated schema has the version that the program needs', async () => {
  assert.equal(await tocsin.value('select tocsin.schema_version()'), changes);
  await eventually(async () => (await getReadiness()).status === 200);
  assert.deepEqual(await diagnoseSchema(0), { name: 'schema', outcome: 'ok', detail: `version ${changes}` });
});

test('an older schema is not ready, and the doctor asks for deploy/migrate', async () => {
  await setVersion(changes - 1);
  const response = await getReadiness();
  assert.equal(response.status, 503);
  assert.match(response.json.checks.database, new RegExp(`version ${changes - 1}, this program needs version ${changes}: run deploy/migrate`));
  assert.equal((await diagnoseSchema(1)).outcome, 'failed');
});

test('a newer schema is ready, so that an upgrade can migrate before it restarts', async () => {
  await setVersion(changes + 1);
  await eventually(async () => (await getReadiness()).status === 200);
  const finding = await diagnoseSchema(0);
  assert.equal(finding.outcome, 'note');
  assert.match(finding.detail, /update the program/);
});

test('a schema without a version is older', async () => {
  await tocsin.sql('drop function tocsin.schema_version()');
  assert.equal((await getReadiness()).status, 503);
  assert.equal((await diagnoseSchema(1)).outcome, 'failed');
});
