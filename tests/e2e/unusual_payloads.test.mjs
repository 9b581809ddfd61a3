// Webhooks with unusual values are stored byte for byte and take effect, and PostgreSQL rejects none of their values.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, createService, mapProject } from '../support/steps.mjs';
import { IssueBodies, sentryJson } from '../support/webhook.mjs';

const installation = '4c7d2c86-33ab-4b4e-8a6c-0f64cc22e901';
const PLACEHOLDER = '@@placeholder@@';
let tocsin;
before(async () => {
  tocsin = await startTocsin();
  const admin = await tocsin.signInAs('admin');
  const integration = await connect(tocsin, admin, tocsin.org, { installation });
  const service = await createService(admin, tocsin.org, 'checkout');
  await mapProject(admin, tocsin.org, integration, '4505281256090153', service);
});
after(() => tocsin?.stop());

const bytes = (...values) => Buffer.from(values);
const repeated = (text, count) => Buffer.from(text.repeat(count));

/** Contents of a JSON string, as bytes of the body. */
const contents = {
  'an escaped NUL': Buffer.from('before\\u0000after'),
  'NULs alone': Buffer.from('\\u0000\\u0000'),
  'a lone high surrogate': Buffer.from('x\\ud800y'),
  'a lone low surrogate': Buffer.from('x\\udc00y'),
  'surrogates in the wrong order': Buffer.from('\\udc00\\ud800'),
  'a high surrogate at the end': Buffer.from('x\\ud83d'),
  'a noncharacter': Buffer.from('\\uffff\\ufdd0'),
  'invalid bytes': bytes(0xff, 0xfe, 0xfd),
  'a truncated sequence': bytes(0x78, 0xe2, 0x82),
  'a sequence with an invalid continuation': bytes(0xc3, 0x28),
  'an overlong NUL': bytes(0xc0, 0x80),
  'an encoded surrogate': bytes(0xed, 0xa0, 0x80),
  'a code point that is too large': bytes(0xf4, 0x90, 0x80, 0x80),
  'a raw delete and a raw C1 control': bytes(0x7f, 0xc2, 0x85),
  'line separators': bytes(0xe2, 0x80, 0xa8, 0xe2, 0x80, 0xa9),
  'escaped control characters': Buffer.from('\\u0001\\b\\f\\n\\r\\t\\u001b[31m\\u007f\\u0085'),
  'right to left marks': Buffer.from('\\u202e\\u200f\\u2066gnp.exe'),
  'a byte order mark and zero widths': Buffer.from('\\ufeff\\u200b\\u200d\\u2060'),
  'many combining marks': repeated('e\u0301\u0302\u0303\u0304', 200),
  'astral text': repeated('💥👩‍👩‍👧‍👦', 60),
  'quotes of every kind': Buffer.from('\\"\'`$$;--/*\\\\ {} %s %n \\\\x00'),
  'an SQL statement': Buffer.from("'; drop table tocsin.incidents; --"),
  markup: Buffer.from('<script>alert(1)</script>&amp;\\u2028'),
  'a PostgreSQL array': Buffer.from('{NULL,\\"a\\"}'),
  'an empty string': Buffer.from(''),
  spaces: repeated(' ', 300),
  'a long word': repeated('x', 5_000),
  '64 KB': repeated('a', 65_536),
  '64 KB of three bytes each': repeated('€', 21_845),
  '64 KB of escapes': repeated('\\u00e9', 11_000),
  '100 KB': repeated('message ', 12_800),
  '100 KB with a NUL at each cut': repeated('0123456789\\u0000', 6_400),
};

/** Values in place of a number. */
const numbers = [
  '1e131071', '-1e131071', '1e-131071', '0.00000000000000000001e-2147483639', '1e2147483647', '99999999999999999999999999999999999999999999',
  '-0', '0.1', '-1', '1e0', '9223372036854775808', '-9223372036854775809', '18446744073709551616', '4e18', 'null', 'true', '[1e131071,1e131071]', '{"a":1e131071}',
];

let count = 0;
function newIssue() {
  const bodies = new IssueBodies(installation);
  count += 1;
  bodies.id = String(7_700_000_000 + count);
  return bodies;
}

/** Positions of the content: webhooks with a placeholder. */
const positions = {
  title: () => ['issue', newIssue().issue('created', { title: PLACEHOLDER })],
  culprit: () => ['issue', newIssue().issue('created', { culprit: PLACEHOLDER })],
  level: () => ['issue', newIssue().issue('created', { level: PLACEHOLDER })],
  'short id': () => ['issue', newIssue().issue('created', { shortId: PLACEHOLDER })],
  link: () => ['issue', newIssue().issue('created', { web_url: PLACEHOLDER, permalink: PLACEHOLDER, url: PLACEHOLDER })],
  'times and status': () => ['issue', newIssue().issue('created', { lastSeen: PLACEHOLDER, firstSeen: PLACEHOLDER, substatus: PLACEHOLDER })],
  'project slug': () => ['issue', newIssue().issue('created', { project: { id: '4505281256090153', slug: PLACEHOLDER, name: PLACEHOLDER } })],
  'project id': () => ['issue', newIssue().issue('created', { project: { id: PLACEHOLDER, slug: 'checkout', name: 'x' } })],
  assignee: () => ['issue', newIssue().issue('created', { assignedTo: { type: 'user', id: '1', name: PLACEHOLDER, email: PLACEHOLDER } })],
  'every text of an issue': () => {
    const body = newIssue().issue('created', { title: PLACEHOLDER, culprit: PLACEHOLDER, shortId: PLACEHOLDER, platform: PLACEHOLDER, metadata: { value: PLACEHOLDER, type: PLACEHOLDER } });
    return ['issue', { ...body, actor: { type: 'user', id: PLACEHOLDER, name: PLACEHOLDER } }];
  },
  'event and rule': () => {
    const body = newIssue().alert({ title: PLACEHOLDER, culprit: PLACEHOLDER, release: PLACEHOLDER, rule: PLACEHOLDER });
    body.data.event.tags = [['environment', PLACEHOLDER], [PLACEHOLDER, PLACEHOLDER]];
    body.data.event.event_id = PLACEHOLDER;
    return ['event_alert', body];
  },
  "the alert action's settings": () => {
    const body = newIssue().alert();
    body.data.issue_alert = { id: 5, title: PLACEHOLDER, settings: ['service', 'severity', 'environments', 'notes', PLACEHOLDER].map((name) => ({ name, value: PLACEHOLDER })) };
    return ['event_alert', body];
  },
  comment: () => ['comment', { action: 'created', installation: { uuid: installation }, data: { comment_id: PLACEHOLDER, issue_id: newIssue().id, project_slug: PLACEHOLDER, comment: PLACEHOLDER }, actor: { type: 'user', name: PLACEHOLDER } }],
  'metric alert': () => ['metric_alert', { action: 'critical', installation: { uuid: installation }, data: { metric_alert: { id: String((count += 1)), projects: [PLACEHOLDER, 'checkout'], alert_rule: { name: PLACEHOLDER } }, description_text: PLACEHOLDER, description_title: PLACEHOLDER, web_url: PLACEHOLDER } }],
  'issue id': () => {
    const body = newIssue().issue('created');
    body.data.issue.id = PLACEHOLDER;
    return ['issue', body];
  },
};

function fill(body, content) {
  const parts = sentryJson(body).split(PLACEHOLDER);
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [content, Buffer.from(part)])));
}

function* webhooks() {
  for (const [position, create] of Object.entries(positions)) {
    for (const [kind, content] of Object.entries(contents)) {
      const [resource, body] = create();
      yield { name: `${kind} as ${position}`, resource, body: fill(body, content) };
    }
  }
  for (const number of numbers) {
    const [resource, body] = ['issue', newIssue().issue('created', { count: PLACEHOLDER, userCount: PLACEHOLDER, numComments: PLACEHOLDER })];
    yield { name: `${number} as count`, resource, body: Buffer.from(sentryJson(body).replaceAll(`"${PLACEHOLDER}"`, number)) };
  }
  const deep = newIssue().issue('created', { metadata: PLACEHOLDER });
  yield { name: 'deep nesting', resource: 'issue', body: Buffer.from(sentryJson(deep).replace(`"${PLACEHOLDER}"`, '['.repeat(2_000) + ']'.repeat(2_000))) };
  const wide = newIssue().issue('created', { metadata: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key ${i}`, i])) });
  yield { name: 'thousands of members', resource: 'issue', body: Buffer.from(sentryJson(wide)) };
}

test('five hundred unusual webhooks are stored byte for byte, and PostgreSQL rejects none', async () => {
  const waiting = [...webhooks()];
  assert.ok(waiting.length >= 500, `${waiting.length}`);
  const outcomes = new Map();
  const send = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const response = await tocsin.sendWebhook({ resource: next.resource, body: next.body });
      assert.equal(response.status, 200, `${next.name}: ${response.text}`);
      const [row] = await tocsin.sql('select body, outcome, rule from tocsin.deliveries where delivery_id = $1', [response.json.delivery_id]);
      assert.ok(row.body.equals(next.body), next.name);
      assert.doesNotMatch(row.rule, /database refused/, next.name);
      outcomes.set(row.outcome, (outcomes.get(row.outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, send));
  assert.ok(outcomes.get('opened') > 300, JSON.stringify([...outcomes]));

  // All resulting incidents and deliveries can be listed.
  const script = tocsin.tokenClient();
  for (const list of ['incidents', 'deliveries']) {
    let next = `${tocsin.org.path}/${list}?limit=200`;
    while (next) {
      const page = await script.get(next);
      assert.equal(page.status, 200, page.text.slice(0, 500));
      next = page.json.next_cursor ? `${tocsin.org.path}/${list}?limit=200&cursor=${encodeURIComponent(page.json.next_cursor)}` : undefined;
    }
  }

  // Every error of a statement rolls a transaction back. Connections flush their statistics when they end.
  await tocsin.service.stop();
  const { name } = tocsin.database;
  await eventually(async () => (await tocsin.value("select count(*) from pg_stat_activity where datname = $1 and application_name like 'tocsin%'", [name])) === 0, { what: 'the end of the connections' });
  assert.equal(await tocsin.value('select xact_rollback from pg_stat_database where datname = $1', [name]), 0, 'rolled back transactions');
});
