// The connection to PostgreSQL breaks at the worst of moments, around the COMMIT: what was answered 200 is in the database, once,
// and what was answered 500 takes effect once when Sentry delivers it again.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { DatabaseProxy } from '../support/database_proxy.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, createService, IssueBodies, mapProject } from '../support/story.mjs';
import { sentryJson } from '../support/webhook.mjs';

const wanted = 60; // of each way to cut
const senders = 24;
const cuts = { before: 0, after: 0, lookup: 0 };
let decide = () => 'pass';
let proxy;
let tocsin;
let integration;
before(async () => {
  tocsin = await startTocsin({
    through: async (url) => {
      proxy = await DatabaseProxy.start(url, (transaction) => decide(transaction));
      return proxy.url;
    },
  });
  const admin = await tocsin.signedIn('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'), { open_on_error: true });
});
after(async () => {
  await tocsin?.stop();
  await proxy?.stop();
});

const isBatch = ({ start, sent }) => start.includes('tocsin ingest') && sent.includes('insert_deliveries');
const isLookup = ({ start, sent }) => start.includes('tocsin ingest') && sent.includes('find_delivery_outcome');
const inDoubt = async (found) => {
  const { text } = await tocsin.client({ base: tocsin.adminUrl }).get('/metrics');
  return Number(new RegExp(`^tocsin_ingest_commits_in_doubt_total\\{found="${found}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
};

/** The life of an issue, as bytes; what it comes to is known whatever is delivered twice. */
function life() {
  const bodies = new IssueBodies(integration.installation_id);
  const error = () => {
    const eventId = randomUUID().replaceAll('-', '');
    return { action: 'created', installation: { uuid: integration.installation_id }, data: { error: bodies.alert({ eventId }).data.event } };
  };
  const steps = [
    ['issue', bodies.issue('created')],
    ['error', error()],
    ['issue', bodies.issue('resolved', { lastSeen: '2026-03-02T09:14:06.000000+00:00' })],
    ['issue', bodies.issue('unresolved')],
    ['error', error()],
  ];
  return { issue: bodies.id, deliveries: steps.map(([resource, body]) => ({ resource, bytes: Buffer.from(sentryJson(body)) })) };
}

/** As often as it takes; answers the id under which it was acknowledged, and how often it was refused. */
async function deliver({ resource, bytes }) {
  for (let refused = 0; ; refused += 1) {
    const answer = await tocsin.webhook({ resource, body: bytes });
    if (answer.status === 200) return { id: answer.json.delivery_id, refused };
    assert.equal(answer.status, 500, answer.text);
  }
}

async function send(lives, state) {
  while (!state.stopped) {
    const one = life();
    lives.push(one);
    for (const delivery of one.deliveries) Object.assign(delivery, await deliver(delivery));
  }
}

test('a hundred commits cut: acknowledged is stored, refused is not, and all take effect once', async () => {
  const batches = { seen: 0 };
  decide = (transaction) => {
    if (isLookup(transaction) && cuts.before > 5 && cuts.lookup < 10) {
      cuts.lookup += 1;
      return cuts.lookup % 2 ? 'after' : 'before';
    }
    if (!isBatch(transaction)) return 'pass';
    batches.seen += 1;
    if (batches.seen % 3 !== 0) return 'pass';
    const how = batches.seen % 2 ? 'after' : 'before';
    cuts[how] += 1;
    return how;
  };
  const lives = [];
  const state = { stopped: false };
  const running = Array.from({ length: senders }, () => send(lives, state));
  try {
    await eventually(() => cuts.before >= wanted && cuts.after >= wanted, { limit: 40_000, what: `${wanted} cuts each way` });
  } finally {
    state.stopped = true;
    decide = () => 'pass';
    await Promise.all(running);
  }
  const all = lives.flatMap((one) => one.deliveries);
  assert.ok(all.some((one) => one.refused > 0));

  const stored = await tocsin.sql("select delivery_id, outcome, encode(body_sha256, 'hex') as body from tocsin.deliveries");
  const byId = new Map(stored.map((row) => [row.delivery_id, row]));
  const effects = new Map();
  for (const row of stored) if (row.outcome !== 'duplicate') effects.set(row.body, (effects.get(row.body) ?? 0) + 1);
  const hash = (one) => createHash('sha256').update(one.bytes).digest('hex');
  const lost = all.filter((one) => byId.get(one.id)?.body !== hash(one));
  assert.deepEqual(lost.map((one) => one.id), [], 'acknowledged, but not stored');
  const odd = all.filter((one) => effects.get(hash(one)) !== 1);
  assert.deepEqual(odd.map((one) => stored.filter((row) => row.body === hash(one)).map((row) => row.outcome)), [], 'not one effect');

  const incidents = await tocsin.sql(`
    select i.source_id, i.status, i.occurrences, i.reopened_count,
           (select string_agg(t.kind, ' ' order by t.entry) from tocsin.timeline t
             where t.organization_id = i.organization_id and t.incident_number = i.number) as story
      from tocsin.incidents i`);
  const expected = lives.map(({ issue }) => ({ source_id: issue, status: 'open', occurrences: 3, reopened_count: 1, story: 'opened resolved reopened' }));
  const sorted = (list) => list.sort((a, b) => (a.source_id < b.source_id ? -1 : 1));
  assert.deepEqual(sorted(incidents), sorted(expected));

  // Each cut was looked up. One that had arrived was found; where the look-up itself was cut nobody knew.
  assert.equal(await inDoubt('unknown'), cuts.lookup);
  assert.ok((await inDoubt('stored')) >= cuts.after - cuts.lookup);
  assert.ok((await inDoubt('lost')) >= cuts.before - cuts.lookup);
  assert.equal((await inDoubt('stored')) + (await inDoubt('lost')) + (await inDoubt('unknown')), cuts.before + cuts.after);
});

test('a commit that the server is still at when it is looked up is waited for', async () => {
  // The commit waits for a lock, as it would for a slow disk.
  const lock = 7_316;
  await tocsin.sql(`create function public.hold() returns trigger language plpgsql security definer
    as $$ begin perform pg_catalog.pg_advisory_xact_lock_shared(${lock}); return null; end $$`);
  await tocsin.sql('create constraint trigger hold after insert on tocsin.incidents deferrable initially deferred for each row execute function public.hold()');
  const holder = new pg.Client({ connectionString: tocsin.database.superuserUrl });
  await holder.connect();
  await holder.query(`select pg_advisory_lock(${lock})`);
  let left = 1;
  decide = (transaction) => (isBatch(transaction) && left-- > 0 ? 'after' : 'pass');
  const found = await inDoubt('stored');
  const answer = tocsin.webhook({ resource: 'issue', body: new IssueBodies(integration.installation_id).issue('created') });
  try {
    await eventually(async () => {
      const { rows } = await holder.query("select wait_event from pg_stat_activity where application_name = 'tocsin ingest' and wait_event_type = 'Lock'");
      return rows.some((row) => row.wait_event === 'advisory') && rows.some((row) => row.wait_event !== 'advisory');
    }, { what: 'a look-up that waits for the commit' });
  } finally {
    await holder.end();
  }
  assert.equal((await answer).status, 200);
  assert.equal(await inDoubt('stored'), found + 1);
});
