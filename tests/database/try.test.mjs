// deploy/try on data that an earlier version of the checkout left behind. Runs a copy of the checkout whose program does not start.
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { run } from '../support/program.mjs';
import { root, temporaryFolder } from './support.mjs';

let checkout;
let commandLines;
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
  commandLines = join(checkout, 'command_lines');
  for (const tool of ['psql', 'sqitch', 'curl']) {
    script(join(checkout, 'bin', tool), `printf '%s\\n' "$0 $*" >>'${commandLines}'\nPATH=\${PATH#*:} exec ${tool} "$@"`);
  }
  script(join(checkout, 'build/release/bin/tocsin'), 'echo this program does not start; exit 1');
  path = `${join(checkout, 'bin')}:${process.env.PATH}`;
});

const tryOut = () => run([], { file: join(checkout, 'deploy/try'), env: { PATH: path }, limit: 120_000 });

test('deploy/try keeps passwords out of command lines, which every user of the machine can read', async () => {
  const started = await tryOut();
  assert.match(started.stderr, /sandbox did not start/, started.stdout + started.stderr);
  const lines = readFileSync(commandLines, 'utf8');
  assert.match(lines, /psql .*--username postgres/);
  const secrets = readFileSync(join(checkout, 'var/try.env'), 'utf8').trim().split('\n').map((line) => line.slice(line.indexOf('=') + 1));
  assert.ok(secrets.length >= 8);
  for (const value of secrets) assert.ok(!lines.includes(value), 'a secret is in a command line');
});

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
