// Names from Sentry and from files, and wrong arguments, cannot control the terminal of the person who runs a command.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { injectionStrings } from '../support/injection_strings.mjs';
import { run } from '../support/program.mjs';
import { connect } from '../support/steps.mjs';

const controls = Array.from({ length: 0x20 }, (_, i) => i).concat([0x7f], Array.from({ length: 0x20 }, (_, i) => 0x80 + i))
  .filter((code) => code !== 0)
  .map((code) => `before${String.fromCharCode(code)}after`);
const sequences = [
  '\x1b]0;title\x07', '\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\', '\x1b[2J\x1b[H', '\x1b[8m', '\x9b31m', '\x1bP+q544e\x1b\\', '\x1b]52;c;ZmFrZQ==\x07', '\x1b[?1049h', 'ok\rFAILED',
  'a\bb', '\x1b[6n', '\x1b]1337;File=:AAAA\x07', '\x1b#8', '\x1bc', '\u202Etxt.exe', '\u2066a\u2069', '\u2028', '\u2029', '\x0e', '\x0f',
];
const hostile = [...injectionStrings, ...controls, ...sequences].map((text) => text.replaceAll('\0', '').slice(0, 60)).filter((text) => text.trim() !== '');

/** Nothing but printable text and line ends, and no character that changes the direction of text. */
function assertHarmless(output, what) {
  const found = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.exec(output);
  assert.equal(found, null, `${what}: ${JSON.stringify(found?.[0])} in ${JSON.stringify(output.slice(Math.max(0, (found?.index ?? 0) - 40), (found?.index ?? 0) + 40))}`);
}

let tocsin;
let integration;
before(async () => {
  tocsin = await startTocsin();
  integration = await connect(tocsin, await tocsin.signInAs('admin'), tocsin.org);
});
after(() => tocsin?.stop());

test(`${hostile.length} names of Sentry organizations are shown as text, and exactly in JSON`, async () => {
  for (let start = 0; start < hostile.length; start += 40) {
    const names = hostile.slice(start, start + 40);
    // As many integrations as names: copies of the connected one.
    await tocsin.sql("delete from tocsin.integrations where integration_id <> $1 and sentry_org_id like 'copy-%'", [integration.id]);
    const columns = (await tocsin.sql(`select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
      where table_schema = 'tocsin' and table_name = 'integrations' and is_generated = 'NEVER'
        and column_name not in ('integration_id', 'sentry_org_slug', 'sentry_org_id', 'installation_id')`))[0].names;
    for (const [i, name] of names.entries()) {
      await tocsin.sql(`insert into tocsin.integrations (integration_id, sentry_org_slug, sentry_org_id, installation_id, ${columns})
        select gen_random_uuid(), $2, $3, gen_random_uuid(), ${columns} from tocsin.integrations where integration_id = $1`, [integration.id, name, `copy-${start + i}`]);
    }
    const table = await tocsin.cli(['integration', 'list', '--org', 'acme']);
    assertHarmless(table.stdout, 'the table');
    assert.equal(table.stdout.split('\n').filter((line) => line.includes('connected')).length >= names.length, true, 'a line for each');
    const listed = JSON.parse((await tocsin.cli(['integration', 'list', '--org', 'acme', '--json'])).stdout);
    const slugs = new Set(listed.map((each) => each.sentry_org?.slug ?? each.sentry_org));
    assert.deepEqual(names.filter((name) => !slugs.has(name)), [], 'JSON is exact');
  }
});

test('names in a file of mappings are shown as text', async () => {
  const file = join(process.env.TOCSIN_TEST_TMP, `hostile-${process.pid}.csv`);
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  for (let start = 0; start < hostile.length; start += 50) {
    const names = hostile.slice(start, start + 50);
    writeFileSync(file, `sentry_project,service\n${names.map((name) => `${quoted(name)},${quoted(name)}`).join('\n')}\n`);
    const done = await tocsin.cli(['mapping', 'import', file, '--org', 'acme', '--integration', integration.id], { status: 1 });
    assertHarmless(done.stdout + done.stderr, 'the report');
  }
});

test('wrong arguments are repeated as text', async () => {
  for (const text of [...sequences, ...controls.slice(0, 12)]) {
    for (const args of [[text], ['integration', text], ['integration', 'list', '--org', text], ['user', 'create', text, '--org', 'acme', '--role', 'viewer'], ['grant', 'list', '--org', 'acme', `--${text}`]]) {
      const done = await run(args, { env: tocsin.environment, input: 'fake violin cactus 1\n' });
      assert.ok(done.status > 0, JSON.stringify(args));
      assertHarmless(done.stdout + done.stderr, JSON.stringify(args));
    }
  }
});
