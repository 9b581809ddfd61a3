// `tocsin mapping import`: a dry run by default, all problems at once, and all rows or none.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, createService } from '../support/steps.mjs';

let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  for (const slug of ['checkout', 'web']) await createService(admin, tocsin.org, slug);
});
after(() => tocsin?.stop());

function writeTable(text) {
  const path = join(process.env.TOCSIN_TEST_TMP, `mappings-${process.pid}.csv`);
  writeFileSync(path, text);
  return path;
}
const runImport = (text, { apply = false, status = 0, id = integration.id } = {}) =>
  tocsin.cli(['mapping', 'import', writeTable(text), '--org', tocsin.org.slug, '--integration', id, ...(apply ? ['--apply'] : [])], { status });
const readMappings = async () =>
  (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/mappings`)).json.items.map((item) => [item.sentry_project.slug, item.service.slug]).sort();

test('an import is shown, then applied, and changes nothing when repeated', async () => {
  const text = 'sentry_project,service\r\ncheckout,checkout\r\n"typed-by-hand",web\r\n';
  const dryRun = await runImport(text);
  assert.match(dryRun.stdout, /map {3}checkout -> checkout[\s\S]*2 to map, 0 to move, 0 unchanged[\s\S]*--apply/);
  assert.match(dryRun.stderr, /warning: Sentry lists no project typed-by-hand/);
  assert.doesNotMatch(dryRun.stderr, /no project checkout/);
  assert.deepEqual(await readMappings(), []);
  await runImport(text, { apply: true });
  assert.deepEqual(await readMappings(), [['checkout', 'checkout'], ['typed-by-hand', 'web']]);
  assert.match((await runImport(text, { apply: true })).stdout, /0 to map, 0 to move, 2 unchanged/);
  assert.match((await runImport('sentry_project,service\ncheckout,web\n', { apply: true })).stdout, /move {2}checkout -> web \(was checkout\)/);
  assert.deepEqual(await readMappings(), [['checkout', 'web'], ['typed-by-hand', 'web']]);
});

test('problems are reported with their lines, and nothing is changed', async () => {
  const before = await readMappings();
  const unknown = await runImport('sentry_project,service\na,nowhere\nb,web\nc,neither\n', { apply: true, status: 1 });
  assert.match(unknown.stderr, /line 2: there is no service nowhere[\s\S]*line 4: there is no service neither/);
  assert.match((await runImport('sentry_project,service\nonly\n', { status: 1 })).stderr, /line 2: does not have the columns/);
  assert.match((await runImport('a,b\n', { status: 1 })).stderr, /header: sentry_project,service/);
  assert.match((await runImport('sentry_project,service\n', { status: 1, id: '00000000-0000-4000-8000-000000000000' })).stderr, /no such integration/);
  assert.match((await runImport('sentry_project,service\n', { status: 1, id: 'nonsense' })).stderr, /UUID/);
  assert.deepEqual(await readMappings(), before);
});

test('hundreds of projects are mapped or moved in one transaction, all or none', async () => {
  const buildTable = (service, rows = []) => ['sentry_project,service', ...Array.from({ length: 600 }, (_, n) => `many-${n},${service}`), ...rows].join('\n');
  const before = await readMappings();
  const countTransactions = () => tocsin.value("select count(distinct xmin::text) from tocsin.mappings where sentry_project_slug like 'many-%'");
  assert.match((await runImport(buildTable('web'), { apply: true })).stdout, /600 to map, 0 to move, 0 unchanged[\s\S]*Done/);
  assert.equal(await countTransactions(), 1);
  const all = await readMappings();
  assert.equal(all.length, before.length + 600);
  assert.match((await runImport(buildTable('checkout'), { apply: true })).stdout, /0 to map, 600 to move, 0 unchanged[\s\S]*Done/);
  assert.equal(await countTransactions(), 1);
  // The same project by slug and by id: the second row is refused, and with it the whole import.
  const project = (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).json.items.find((item) => !item.mapping);
  const twice = buildTable('web', [`${project.slug},web`, `${project.id},web`]);
  assert.match((await runImport(twice, { apply: true, status: 1 })).stderr, /is mapped already/);
  assert.deepEqual((await readMappings()).filter(([slug]) => slug.startsWith('many-') || slug === project.slug).map(([, service]) => service), Array(600).fill('checkout'));
});

test('a project is mapped by its address, and a name that Sentry does not have comes with a warning', async () => {
  const project = (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).json.items.find((item) => !item.mapping);
  const [service] = (await admin.get(`${tocsin.org.path}/services`)).json.items;
  const map = (sentry_project) => admin.post(`${tocsin.org.path}/integrations/${integration.id}/mappings`, { sentry_project, service_id: service.id });
  const byAddress = await map(`https://northwind.sentry.example/projects/${project.slug}/?project=${project.id}`);
  assert.equal(byAddress.status, 201, byAddress.text);
  assert.deepEqual([byAddress.json.sentry_project.id, byAddress.json.sentry_project.slug, byAddress.json.warning], [project.id, project.slug, null]);
  assert.match((await map('chekcout')).json.warning, /Sentry lists no project chekcout/);
  const refused = await map('https://northwind.sentry.example/issues/7/');
  assert.equal(refused.status, 400);
  assert.equal(refused.json.errors[0].path, 'sentry_project');
});
