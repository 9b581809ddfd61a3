// Under load, the database rejects one webhook in a hundred: only that webhook is affected, and the others are not delayed.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectWithMapping } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const count = 2_000;
const senders = 48;
let tocsin;
let installation;
before(async () => {
  tocsin = await startTocsin();
  ({ installation_id: installation } = await connectWithMapping(tocsin, await tocsin.signInAs('admin')));
  // Additional constraints: a check and a trigger on incidents, and a check on deliveries.
  await tocsin.sql("alter table tocsin.incidents add check (title not like 'rejected by a check%')");
  await tocsin.sql(`create function public.reject() returns trigger language plpgsql as
    $$ begin if new.title like 'rejected by a trigger%' then raise exception 'rejected'; end if; return new; end $$`);
  await tocsin.sql('create trigger reject before insert on tocsin.incidents for each row execute function public.reject()');
  await tocsin.sql("alter table tocsin.deliveries add check (request_id not like 'rejected everywhere%')");
  tocsin.allowErrors(/delivery refused by the database/);
});
after(() => tocsin?.stop());

const kinds = ['rejected by a check', 'rejected by a trigger', 'rejected everywhere'];

/** Sends `count` webhooks; `kindOf(n)` says how the n-th is rejected, if at all. Returns each response with its duration, and the rate. */
async function send(kindOf) {
  const responses = [];
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < count; n = next++) {
      const kind = kindOf(n);
      const bodies = new IssueBodies(installation);
      const body = bodies.issue('created', kind && kind !== kinds[2] ? { title: `${kind} ${n}` } : {});
      const headers = kind === kinds[2] ? { 'Request-ID': `${kind} ${n}` } : {};
      const began = performance.now();
      const response = await tocsin.sendWebhook({ resource: 'issue', body, headers });
      responses.push({ issue: bodies.id, kind, status: response.status, id: response.json.delivery_id, duration: performance.now() - began });
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: senders }, worker));
  return { responses, rate: count / ((performance.now() - began) / 1000) };
}

test('if the database rejects one webhook in a hundred, the others are stored, take effect, and are not delayed', async (t) => {
  const clean = await send(() => undefined);
  const withRejections = await send((n) => (n % 100 === 50 ? kinds[(n - 50) / 100 % 3] : undefined));
  for (const { responses } of [clean, withRejections]) {
    assert.deepEqual(responses.filter((response) => !response.kind && response.status !== 200), []);
    const slowest = Math.max(...responses.map((response) => response.duration));
    assert.ok(slowest < 1_500, `the slowest took ${slowest} ms`);
  }
  const stored = new Map((await tocsin.sql('select delivery_id, outcome, body is not null as has_body from tocsin.deliveries')).map((row) => [row.delivery_id, row]));
  const opened = new Set((await tocsin.sql('select source_id from tocsin.incidents')).map((row) => row.source_id));
  const responsesOf = (kind) => withRejections.responses.filter((response) => response.kind === kind);
  const withoutEffect = responsesOf(undefined).map(({ id, issue }) => ({ id, ...stored.get(id), isOpen: opened.has(issue) })).filter(({ outcome, isOpen }) => outcome !== 'opened' || !isOpen);
  assert.deepEqual(withoutEffect, []);
  // If the delivery itself can be stored, it is stored as unreadable, with its body and without an effect. Otherwise it is refused.
  for (const kind of kinds.slice(0, 2)) {
    assert.ok(responsesOf(kind).length >= 6);
    assert.deepEqual(responsesOf(kind).filter(({ id, issue, status }) => status !== 200 || stored.get(id)?.outcome !== 'unreadable' || !stored.get(id).has_body || opened.has(issue)), []);
  }
  assert.ok(responsesOf(kinds[2]).length >= 6);
  assert.deepEqual(responsesOf(kinds[2]).filter(({ issue, status }) => status !== 500 || opened.has(issue)), []);
  assert.ok(withRejections.rate > clean.rate / 5, `${Math.round(withRejections.rate)}/s, ${Math.round(clean.rate)}/s without rejections`);
  t.diagnostic(`${Math.round(clean.rate)}/s; with rejections ${Math.round(withRejections.rate)}/s, the slowest ${Math.round(Math.max(...withRejections.responses.map((response) => response.duration)))} ms`);
});
