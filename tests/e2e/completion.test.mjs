// tocsin completion: what bash offers after the words that are typed already.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { run } from '../support/program.mjs';

let script;
before(async () => {
  const printed = await run(['completion', 'bash'], { env: {} });
  assert.equal(printed.status, 0, printed.stderr);
  script = printed.stdout;
});

/** What bash offers for the last of the words. */
function complete(...words) {
  const source = `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tocsin; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', source, 'bash', ...words], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  return stdout.split('\n').filter(Boolean);
}

test('commands, options, and their fixed values are completed', () => {
  assert.deepEqual(complete('tocsin', 'gra'), ['grant']);
  assert.deepEqual(complete('tocsin', 'grant', '').filter((one) => !one.startsWith('-')).sort(), ['create', 'list', 'revoke']);
  assert.deepEqual(complete('tocsin', 'grant', 'create', '--app'), ['--approval']);
  assert.deepEqual(complete('tocsin', 'grant', 'create', '--org', 'acme', '--approval', ''), ['none', 'writes', 'all']);
  assert.deepEqual(complete('tocsin', 'sentry', 'call', 'list_re'), ['list_releases']);
  assert.deepEqual(complete('tocsin', 'completion', ''), ['--help', 'bash', 'zsh', 'fish']);
});

test('a value that only the caller knows, and the name of a command as a value, change nothing', () => {
  assert.deepEqual(complete('tocsin', 'grant', 'list', '--org', ''), []);
  assert.deepEqual(complete('tocsin', 'grant', 'list', '--org', 'grant', '--js'), ['--json']);
});

test('the scripts of the other shells have the same commands', async () => {
  for (const [shell, line] of [['zsh', '"tocsin grant") echo'], ['fish', "case 'tocsin grant'"]]) {
    const { stdout, status } = await run(['completion', shell], { env: {} });
    assert.equal(status, 0);
    assert.ok(stdout.includes(line), stdout);
    for (const word of ['list_deploys', '--per-minute', 'compl', 'mapping import']) assert.ok(stdout.includes(word), `${word} for ${shell}`);
  }
  assert.equal((await run(['completion', 'powershell'], { env: {} })).status, 2);
});
