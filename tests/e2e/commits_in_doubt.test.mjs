// The connection to PostgreSQL breaks around the COMMIT. A delivery that got a 200 is in the database exactly once; one that got a 500
// takes effect exactly once when Sentry sends it again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { DatabaseProxy } from '../support/database_proxy.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies, sentryJson } from '../support/webhook.mjs';

const wantedCuts = 60; // before the COMMIT, and as many after it
const senders = 24;
const cuts = { before: 0, after: 0, lookup: 0 };
let decide = () => 'pass';
let proxy;
let tocsin;
let integration;
before(async () => {
  tocsin = await startTocsin({
    proxyDatabase: async (url) => {
      proxy = await DatabaseProxy.start(url, (transaction) => decide(transaction));
      return proxy.url;
    },
  });
  integration = await connectWithMapping(tocsin, await tocsin.signInAs('admin'), { open_on_error: true });
});
after(async () => {
  await tocsin?.stop();
  await proxy?.stop();
});

const isBatch = ({ start, sent }) => start.includes('tocsin ingest') && sent.includes('insert_deliveries');
const isLookup = ({ start, sent }) => start.includes('tocsin ingest') && sent.includes('find_delivery_outcome');
const countInDoubt = (found) => tocsin.metric(`tocsin_ingest_commits_in_doubt_total{found="${found}"}`);

/** All webhooks of one issue, as bytes. Their combined effect does not depend on repeated deliveries. */
function createSequence() {
  const bodies = new IssueBodies(integration.installation_id);
  const steps = [
    ['issue', bodies.issue('created')],
    ['error', bodies.error()],
    ['issue', bodies.issue('resolved', { lastSeen: '2026-03-02T09:14:06.000000+00:00' })],
    ['issue', bodies.issue('unresolved')],
    ['error', bodies.error()],
  ];
  return { issue: bodies.id, deliveries: steps.map(([resource, body]) => ({ resource, bytes: Buffer.from(sentryJson(body)) })) };
}

/** Sends until it is accepted. Returns the delivery's id and the number of refusals. */
async function deliver({ resource, bytes }) {
  for (let refused = 0; ; refused += 1) {
    const response = await tocsin.sendWebhook({ resource, body: bytes });
    if (response.status === 200) return { id: response.json.delivery_id, refused };
    assert.equal(response.status, 500, response.text);
  }
}

async function sendSequences(sequences, state) {
  while (!state.stopped) {
    const sequence = createSequence();
    sequences.push(sequence);
    for (const delivery of sequence.deliveries) Object.assign(delivery, await deliver(delivery));
  }
}

test('when 120 commits are cut, accepted deliveries are stored, refused ones are not, and all take effect once', async () => {
  const batches = { seen: 0 };
  decide = (transaction) => {
    if (isLookup(transaction) && cuts.before > 5 && cuts.lookup < 10) {
      cuts.lookup += 1;
      return cuts.lookup % 2 ? 'after' : 'before';
    }
    if (!isBatch(transaction)) return 'pass';
    batches.seen += 1;
    if (batches.seen % 3 !== 0) return 'pass';
    const cut = batches.seen % 2 ? 'after' : 'before';
    cuts[cut] += 1;
    return cut;
  };
  const sequences = [];
  const state = { stopped: false };
  const running = Array.from({ length: senders }, () => sendSequences(sequences, state));
  try {
    await eventually(() => cuts.before >= wantedCuts && cuts.after >= wantedCuts, { limit: 40_000, what: `${wantedCuts} cuts of each kind` });
  } finally {
    state.stopped = true;
    decide = () => 'pass';
    await Promise.all(running);
  }
  const all = sequences.flatMap((sequence) => sequence.deliveries);
  assert.ok(all.some((delivery) => delivery.refused > 0));

  const stored = await tocsin.sql("select delivery_id, outcome, encode(body_sha256, 'hex') as body from tocsin.deliveries");
  const byId = new Map(stored.map((row) => [row.delivery_id, row]));
  const effects = new Map();
  for (const row of stored) if (row.outcome !== 'duplicate') effects.set(row.body, (effects.get(row.body) ?? 0) + 1);
  const hash = (delivery) => createHash('sha256').update(delivery.bytes).digest('hex');
  const lost = all.filter((delivery) => byId.get(delivery.id)?.body !== hash(delivery));
  assert.deepEqual(lost.map((delivery) => delivery.id), [], 'accepted, but not stored');
  const wrong = all.filter((delivery) => effects.get(hash(delivery)) !== 1);
  assert.deepEqual(wrong.map((delivery) => stored.filter((row) => row.body === hash(delivery)).map((row) => row.outcome)), [], 'no effect, or more than one');

  const incidents = await tocsin.sql(`
    select i.source_id, i.status, i.occurrences, i.reopened_count,
           (select string_agg(t.kind, ' ' order by t.entry) from tocsin.timeline t
             where t.organization_id = i.organization_id and t.incident_number = i.number) as timeline
      from tocsin.incidents i`);
  const expected = sequences.map(({ issue }) => ({ source_id: issue, status: 'open', occurrences: 3, reopened_count: 1, timeline: 'opened resolved reopened' }));
  const sorted = (list) => list.sort((a, b) => (a.source_id < b.source_id ? -1 : 1));
  assert.deepEqual(sorted(incidents), sorted(expected));

  // Each cut commit was looked up: found if it had arrived, and unknown if the look-up was cut, too.
  assert.equal(await countInDoubt('unknown'), cuts.lookup);
  assert.ok((await countInDoubt('stored')) >= cuts.after - cuts.lookup);
  assert.ok((await countInDoubt('lost')) >= cuts.before - cuts.lookup);
  assert.equal((await countInDoubt('stored')) + (await countInDoubt('lost')) + (await countInDoubt('unknown')), cuts.before + cuts.after);
});

test('the look-up waits for a commit that the server is still processing', async () => {
  // A lock makes the commit slow, as a slow disk would.
  const lock = 7_316;
  await tocsin.sql(`create function public.hold() returns trigger language plpgsql security definer
    as $$ begin perform pg_catalog.pg_advisory_xact_lock_shared(${lock}); return null; end $$`);
  await tocsin.sql('create constraint trigger hold after insert on tocsin.incidents deferrable initially deferred for each row execute function public.hold()');
  const holder = new pg.Client({ connectionString: tocsin.database.superuserUrl });
  await holder.connect();
  await holder.query(`select pg_advisory_lock(${lock})`);
  let cutsLeft = 1;
  decide = (transaction) => (isBatch(transaction) && cutsLeft-- > 0 ? 'after' : 'pass');
  const before = await countInDoubt('stored');
  const sent = tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(integration.installation_id).issue('created') });
  try {
    await eventually(async () => {
      const { rows } = await holder.query("select wait_event from pg_stat_activity where application_name = 'tocsin ingest' and wait_event_type = 'Lock'");
      return rows.some((row) => row.wait_event === 'advisory') && rows.some((row) => row.wait_event !== 'advisory');
    }, { what: 'a look-up that waits for the commit' });
  } finally {
    await holder.end();
  }
  assert.equal((await sent).status, 200);
  assert.equal(await countInDoubt('stored'), before + 1);
});
