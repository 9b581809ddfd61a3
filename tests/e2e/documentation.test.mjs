// The manual matches the program.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../support/program.mjs';

test('docs/configuration.md lists every variable with its default and meaning, as --help does', async () => {
  const { stdout, status } = await run(['serve', '--help']);
  assert.equal(status, 0);
  const printed = [...stdout.matchAll(/^ {2}(TOCSIN_\w+)(?: \((required|default [^)]*)\))?\n {6}(.*)$/gm)].map(
    ([, name, fallback, meaning]) => `| ${name} | ${fallback?.replace('default ', '') ?? 'none'} | ${meaning} |`,
  );
  assert.ok(printed.length > 20);
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  const documented = page.split('\n').filter((line) => line.startsWith('| TOCSIN_'));
  assert.deepEqual(documented, printed);
});

test('every command has a help text', async () => {
  for (const command of [[], ['serve'], ['sandbox'], ['org', 'create'], ['user', 'create'], ['user', 'reset-password'], ['token', 'create'], ['integration', 'list'], ['grant', 'create'], ['grant', 'list'], ['grant', 'revoke'], ['sentry', 'call'], ['key', 'rotate'], ['doctor']]) {
    const { status, stdout } = await run([...command, '--help']);
    assert.equal(status, 0, command.join(' '));
    assert.match(stdout, /Usage: tocsin/);
  }
});

test('wrong usage and invalid configuration exit with status 2 and list all problems on standard error', async () => {
  assert.equal((await run(['conquer'])).status, 2);
  const { status, stdout, stderr } = await run(['serve'], { env: { TOCSIN_PUBLIC_URL: 'ftp://x', TOCSIN_VAULT_KEYS: 'nonsense', TOCSIN_REFRESH_LEASE: '1s' } });
  assert.equal(status, 2);
  assert.equal(stdout, '');
  for (const name of ['TOCSIN_DATABASE_URL', 'TOCSIN_PUBLIC_URL', 'TOCSIN_VAULT_KEYS', 'TOCSIN_REFRESH_LEASE']) assert.match(stderr, new RegExp(name));
});

test('the manual uses the words of the console and the doctor for the states of an integration', () => {
  const source = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const page = source('docs/connecting-sentry.md');
  const rowsAfter = (header) => page.slice(page.indexOf(header)).split('\n\n')[0].split('\n').slice(2).map((line) => line.split('|').map((cell) => cell.trim()));
  const titles = [...source('services/console/src/features/integrations/connect/connect_errors.ts').matchAll(/^ {4}title: "(.*)",$/gm)].map(([, title]) => title);
  assert.ok(titles.length >= 11, `${titles}`);
  assert.deepEqual(rowsAfter('| message | cause | remedy |').map(([, title]) => title), titles);
  const [, reasons] = /const reasons[^{]*\{\n(.*?)\n\};/s.exec(source('services/console/src/features/integrations/labels.ts'));
  const states = Object.fromEntries([...reasons.matchAll(/^ {2}(\w+): \{ text: "([^"]*)"/gm)].map(([, reason, text]) => [reason, text]));
  const documented = rowsAfter('| state | status, reason | meaning |').map(([, text, code]) => [/`(\w+)`$/.exec(code)[1], text]);
  assert.deepEqual(Object.fromEntries(documented), states);
  for (const text of ['not set up, so this mode is not offered', 'Not set up'])
    assert.ok((source('services/tocsin/doctor.cpp') + source('services/console/src/features/integrations/connect/connect_page.tsx')).includes(text), text);
});

test('the console explains every error of a connect flow, and no others', () => {
  const source = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const codes = [...source('libs/integrations/include/tocsin/integrations/connect.hpp').matchAll(/\{connect_refusal::\w+, "(\w+)"\}/g)].map(([, name]) => name);
  assert.ok(codes.length >= 11, `${codes}`);
  const [, table] = /const errors = \{\n(.*?)\n\} satisfies/s.exec(source('services/console/src/features/integrations/connect/connect_errors.ts'));
  const explained = [...table.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
  assert.deepEqual(explained.toSorted(), codes.toSorted());
});
