// deploy/try on data that an earlier version of the checkout left behind. Runs a copy of the checkout whose program does not start.
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { run } from '../support/program.mjs';
import { root, temporaryFolder } from './support.mjs';

let checkout;
let path;

function script(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

before(() => {
  checkout = temporaryFolder('try');
  chmodSync(checkout, 0o711); // PostgreSQL's user passes through it.
  for (const folder of ['deploy', 'schema']) cpSync(join(root, folder), join(checkout, folder), { recursive: true });
  mkdirSync(join(checkout, 'services/console/node_modules'), { recursive: true });
  writeFileSync(join(checkout, 'services/console/package-lock.json'), '{}\n');
  script(join(checkout, 'bin/cmake'), 'exit 0');
  script(join(checkout, 'bin/npm'), 'echo 11.0.0');
  script(join(checkout, 'build/release/bin/tocsin'), 'echo this program does not start; exit 1');
  path = `${join(checkout, 'bin')}:${process.env.PATH}`;
});

const tryOut = () => run([], { file: join(checkout, 'deploy/try'), env: { PATH: path }, limit: 120_000 });

test('deploy/try refuses a schema that cannot be upgraded, and its advice works', async () => {
  const first = await tryOut();
  assert.match(first.stderr, /sandbox did not start/, first.stdout + first.stderr);

  appendFileSync(join(checkout, 'schema/deploy/organizations.sql'), '-- edited in place\n');
  const refused = await tryOut();
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /cannot be upgraded: its change organizations/);
  const [, advice] = /(rm -rf -- .*) && deploy\/try/.exec(refused.stdout) ?? assert.fail(refused.stdout + refused.stderr);

  const deleted = await run(['-c', advice], { file: 'sh' });
  assert.equal(deleted.status, 0, deleted.stderr);
  const fresh = await tryOut();
  assert.match(fresh.stderr, /sandbox did not start/, fresh.stdout + fresh.stderr);
});
