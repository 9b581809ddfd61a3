// cmake --install into a folder, and the service that runs from there.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const prefix = mkdtempSync(join(process.env.TOCSIN_TEST_TMP ?? tmpdir(), 'install-'));
const program = join(prefix, 'bin/tocsin');
// The harness reads this variable when it is loaded.
process.env.TOCSIN_TEST_BINARY = program;
const { Database } = await import('../support/database.mjs');
const { startTocsin } = await import('../support/harness.mjs');
const { run } = await import('../support/program.mjs');
let tocsin;

before(async () => {
  const installed = await run(['--install', join(root, 'build/release'), '--prefix', prefix], { file: 'cmake' });
  assert.equal(installed.status, 0, installed.stdout + installed.stderr);
  tocsin = await startTocsin();
});
after(async () => {
  await tocsin?.stop();
  rmSync(prefix, { recursive: true });
});

test('the program, the unit file, the license, and the documentation are installed', async () => {
  const version = await run(['--version'], { file: program });
  assert.equal(version.status, 0, version.stderr);
  assert.match(version.stdout, /\d+\.\d+\.\d+/);
  assert.ok(readFileSync(join(prefix, 'lib/systemd/system/tocsin.service'), 'utf8').includes(`ExecStart=${program} serve\n`));
  for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md', 'docs/configuration.md']) {
    assert.ok(existsSync(join(prefix, 'share/doc/tocsin', name)), name);
  }
});

test('serve finds the installed console', async () => {
  const page = await tocsin.client().get('/');
  assert.equal(page.status, 200);
  const index = readFileSync(join(prefix, 'share/tocsin/console/index.html'), 'utf8');
  const [, asset] = /src="(\/assets\/[^"]+\.js)"/.exec(index);
  assert.ok(page.text.includes(asset));
  assert.equal((await tocsin.client().get(asset)).status, 200);
  assert.ok(!tocsin.service.lines.some((line) => line.event === 'console is not built'));
});

test('the installed deploy/migrate creates the schema', async () => {
  const database = await Database.create({ from: 'template0' });
  try {
    const done = await run([], { file: join(prefix, 'share/tocsin/deploy/migrate'), env: { TOCSIN_DATABASE_URL: database.url }, limit: 120_000 });
    assert.equal(done.status, 0, done.stdout + done.stderr);
    assert.equal(await database.value("select count(*) from pg_namespace where nspname = 'tocsin'"), 1);
  } finally {
    await database.drop();
  }
});
