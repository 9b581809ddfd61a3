// Many projects are mapped from a table: shown first, carried out when asked to, all problems at once.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, createService } from '../support/story.mjs';

let tocsin;
let admin;
let integration;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  for (const slug of ['checkout', 'web']) await createService(admin, tocsin.org, slug);
});
after(() => tocsin?.stop());

function table(text) {
  const path = join(process.env.TOCSIN_TEST_TMP, `mappings-${process.pid}.csv`);
  writeFileSync(path, text);
  return path;
}
const run = (text, { apply = false, status = 0, id = integration.id } = {}) =>
  tocsin.cli(['mapping', 'import', table(text), '--org', tocsin.org.slug, '--integration', id, ...(apply ? ['--apply'] : [])], { status });
const mapped = async () =>
  (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/mappings`)).json.items.map((one) => [one.sentry_project.slug, one.service.slug]).sort();

test('a table is shown, then applied, then changes nothing', async () => {
  const text = 'sentry_project,service\r\ncheckout,checkout\r\n"typed-by-hand",web\r\n';
  const shown = await run(text);
  assert.match(shown.stdout, /map {3}checkout -> checkout[\s\S]*2 to map, 0 to move, 0 as they are[\s\S]*--apply/);
  assert.deepEqual(await mapped(), []);
  await run(text, { apply: true });
  assert.deepEqual(await mapped(), [['checkout', 'checkout'], ['typed-by-hand', 'web']]);
  assert.match((await run(text, { apply: true })).stdout, /0 to map, 0 to move, 2 as they are/);
  assert.match((await run('sentry_project,service\ncheckout,web\n', { apply: true })).stdout, /move {2}checkout -> web \(was checkout\)/);
  assert.deepEqual(await mapped(), [['checkout', 'web'], ['typed-by-hand', 'web']]);
});

test('what is wrong is said with its line, and nothing is done', async () => {
  const before = await mapped();
  const unknown = await run('sentry_project,service\na,nowhere\nb,web\nc,neither\n', { apply: true, status: 1 });
  assert.match(unknown.stderr, /line 2: there is no service nowhere[\s\S]*line 4: there is no service neither/);
  assert.match((await run('sentry_project,service\nonly\n', { status: 1 })).stderr, /line 2: does not have the columns/);
  assert.match((await run('a,b\n', { status: 1 })).stderr, /header: sentry_project,service/);
  assert.match((await run('sentry_project,service\n', { status: 1, id: '00000000-0000-4000-8000-000000000000' })).stderr, /no such integration/);
  assert.match((await run('sentry_project,service\n', { status: 1, id: 'nonsense' })).stderr, /UUID/);
  assert.deepEqual(await mapped(), before);
});

test('hundreds are mapped and moved in one transaction each way, or none is', async () => {
  const lines = (service, more = []) => ['sentry_project,service', ...Array.from({ length: 600 }, (_, n) => `many-${n},${service}`), ...more].join('\n');
  const before = await mapped();
  const transactions = () => tocsin.value("select count(distinct xmin::text) from tocsin.mappings where sentry_project_slug like 'many-%'");
  assert.match((await run(lines('web'), { apply: true })).stdout, /600 to map, 0 to move, 0 as they are[\s\S]*Done/);
  assert.equal(await transactions(), 1);
  const all = await mapped();
  assert.equal(all.length, before.length + 600);
  assert.match((await run(lines('checkout'), { apply: true })).stdout, /0 to map, 600 to move, 0 as they are[\s\S]*Done/);
  assert.equal(await transactions(), 1);
  // One project by its slug and by its id: the second is refused, and with it all.
  const project = (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).json.items.find((one) => !one.mapping);
  const twice = lines('web', [`${project.slug},web`, `${project.id},web`]);
  assert.match((await run(twice, { apply: true, status: 1 })).stderr, /is mapped already/);
  assert.deepEqual((await mapped()).filter(([slug]) => slug.startsWith('many-') || slug === project.slug).map(([, service]) => service), Array(600).fill('checkout'));
});
