// What Sentry sends may be odd: it is stored byte for byte and has its effect, and the database meets no value that it refuses.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, createService, IssueBodies, mapProject } from '../support/story.mjs';
import { sentryJson } from '../support/webhook.mjs';

const installation = '4c7d2c86-33ab-4b4e-8a6c-0f64cc22e901';
const here = '@@here@@';
let tocsin;
before(async () => {
  tocsin = await startTocsin();
  const admin = await tocsin.signedIn('admin');
  const integration = await connect(tocsin, admin, tocsin.org, { installation });
  const service = await createService(admin, tocsin.org, 'checkout');
  await mapProject(admin, tocsin.org, integration, '4505281256090153', service);
});
after(() => tocsin?.stop());

const bytes = (...values) => Buffer.from(values);
const repeated = (text, count) => Buffer.from(text.repeat(count));

/** Contents of a JSON string, as bytes of the body. */
const odd = {
  'an escaped NUL': Buffer.from('before\\u0000after'),
  'NULs alone': Buffer.from('\\u0000\\u0000'),
  'a lone high surrogate': Buffer.from('x\\ud800y'),
  'a lone low surrogate': Buffer.from('x\\udc00y'),
  'surrogates in the wrong order': Buffer.from('\\udc00\\ud800'),
  'a high surrogate at the end': Buffer.from('x\\ud83d'),
  'a noncharacter': Buffer.from('\\uffff\\ufdd0'),
  'bytes of no encoding': bytes(0xff, 0xfe, 0xfd),
  'a cut sequence': bytes(0x78, 0xe2, 0x82),
  'a sequence that goes on wrongly': bytes(0xc3, 0x28),
  'an overlong NUL': bytes(0xc0, 0x80),
  'an encoded surrogate': bytes(0xed, 0xa0, 0x80),
  'beyond the last code point': bytes(0xf4, 0x90, 0x80, 0x80),
  'a raw delete and a raw C1 control': bytes(0x7f, 0xc2, 0x85),
  'line separators': bytes(0xe2, 0x80, 0xa8, 0xe2, 0x80, 0xa9),
  'escaped control characters': Buffer.from('\\u0001\\b\\f\\n\\r\\t\\u001b[31m\\u007f\\u0085'),
  'right to left marks': Buffer.from('\\u202e\\u200f\\u2066gnp.exe'),
  'a byte order mark and zero widths': Buffer.from('\\ufeff\\u200b\\u200d\\u2060'),
  'many combining marks': repeated('e\u0301\u0302\u0303\u0304', 200),
  'astral text': repeated('💥👩‍👩‍👧‍👦', 60),
  'quotes of every kind': Buffer.from('\\"\'`$$;--/*\\\\ {} %s %n \\\\x00'),
  'a statement': Buffer.from("'; drop table tocsin.incidents; --"),
  markup: Buffer.from('<script>alert(1)</script>&amp;\\u2028'),
  'an array of the database': Buffer.from('{NULL,\\"a\\"}'),
  nothing: Buffer.from(''),
  spaces: repeated(' ', 300),
  'a long word': repeated('x', 5_000),
  '64 KB': repeated('a', 65_536),
  '64 KB of three bytes each': repeated('€', 21_845),
  '64 KB of escapes': repeated('\\u00e9', 11_000),
  '100 KB': repeated('message ', 12_800),
  '100 KB with a NUL at each cut': repeated('0123456789\\u0000', 6_400),
};

/** In place of a number. */
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

/** Where it may stand: a webhook with `here` in its place. */
const places = {
  title: () => ['issue', newIssue().issue('created', { title: here })],
  culprit: () => ['issue', newIssue().issue('created', { culprit: here })],
  level: () => ['issue', newIssue().issue('created', { level: here })],
  'short id': () => ['issue', newIssue().issue('created', { shortId: here })],
  link: () => ['issue', newIssue().issue('created', { web_url: here, permalink: here, url: here })],
  'times and status': () => ['issue', newIssue().issue('created', { lastSeen: here, firstSeen: here, substatus: here })],
  'project slug': () => ['issue', newIssue().issue('created', { project: { id: '4505281256090153', slug: here, name: here } })],
  'project id': () => ['issue', newIssue().issue('created', { project: { id: here, slug: 'checkout', name: 'x' } })],
  assignee: () => ['issue', newIssue().issue('created', { assignedTo: { type: 'user', id: '1', name: here, email: here } })],
  'every text of an issue': () => {
    const body = newIssue().issue('created', { title: here, culprit: here, shortId: here, platform: here, metadata: { value: here, type: here } });
    return ['issue', { ...body, actor: { type: 'user', id: here, name: here } }];
  },
  'event and rule': () => {
    const body = newIssue().alert({ title: here, culprit: here, release: here, rule: here });
    body.data.event.tags = [['environment', here], [here, here]];
    body.data.event.event_id = here;
    return ['event_alert', body];
  },
  "the alert action's settings": () => {
    const body = newIssue().alert();
    body.data.issue_alert = { id: 5, title: here, settings: ['service', 'severity', 'environments', 'notes', here].map((name) => ({ name, value: here })) };
    return ['event_alert', body];
  },
  comment: () => ['comment', { action: 'created', installation: { uuid: installation }, data: { comment_id: here, issue_id: newIssue().id, project_slug: here, comment: here }, actor: { type: 'user', name: here } }],
  'metric alert': () => ['metric_alert', { action: 'critical', installation: { uuid: installation }, data: { metric_alert: { id: String((count += 1)), projects: [here, 'checkout'], alert_rule: { name: here } }, description_text: here, description_title: here, web_url: here } }],
  'issue id': () => {
    const body = newIssue().issue('created');
    body.data.issue.id = here;
    return ['issue', body];
  },
};

function filled(body, content) {
  const parts = sentryJson(body).split(here);
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [content, Buffer.from(part)])));
}

function* all() {
  for (const [place, make] of Object.entries(places)) {
    for (const [kind, content] of Object.entries(odd)) {
      const [resource, body] = make();
      yield { what: `${kind} as ${place}`, resource, body: filled(body, content) };
    }
  }
  for (const number of numbers) {
    const [resource, body] = ['issue', newIssue().issue('created', { count: here, userCount: here, numComments: here })];
    yield { what: `${number} as count`, resource, body: Buffer.from(sentryJson(body).replaceAll(`"${here}"`, number)) };
  }
  const deep = newIssue().issue('created', { metadata: here });
  yield { what: 'deep nesting', resource: 'issue', body: Buffer.from(sentryJson(deep).replace(`"${here}"`, '['.repeat(2_000) + ']'.repeat(2_000))) };
  const wide = newIssue().issue('created', { metadata: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key ${i}`, i])) });
  yield { what: 'thousands of members', resource: 'issue', body: Buffer.from(sentryJson(wide)) };
}

test('five hundred odd webhooks are stored byte for byte, and PostgreSQL refuses nothing', async () => {
  const waiting = [...all()];
  assert.ok(waiting.length >= 500, `${waiting.length}`);
  const outcomes = new Map();
  const send = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const answer = await tocsin.webhook({ resource: next.resource, body: next.body });
      assert.equal(answer.status, 200, `${next.what}: ${answer.text}`);
      const [row] = await tocsin.sql('select body, outcome, rule from tocsin.deliveries where delivery_id = $1', [answer.json.delivery_id]);
      assert.ok(row.body.equals(next.body), next.what);
      assert.doesNotMatch(row.rule, /database refused/, next.what);
      outcomes.set(row.outcome, (outcomes.get(row.outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, send));
  assert.ok(outcomes.get('opened') > 300, JSON.stringify([...outcomes]));

  // Whatever was made of them can be shown.
  const script = tocsin.withToken();
  for (const list of ['incidents', 'deliveries']) {
    let next = `${tocsin.org.path}/${list}?limit=200`;
    while (next) {
      const page = await script.get(next);
      assert.equal(page.status, 200, page.text.slice(0, 500));
      next = page.json.next_cursor ? `${tocsin.org.path}/${list}?limit=200&cursor=${encodeURIComponent(page.json.next_cursor)}` : undefined;
    }
  }

  // A connection leaves its counts when it ends; every error of a statement rolls a transaction back.
  await tocsin.service.stop();
  const { name } = tocsin.database;
  await eventually(async () => (await tocsin.value("select count(*) from pg_stat_activity where datname = $1 and application_name like 'tocsin%'", [name])) === 0, { what: 'the end of the connections' });
  assert.equal(await tocsin.value('select xact_rollback from pg_stat_database where datname = $1', [name]), 0, 'rolled back transactions');
});
