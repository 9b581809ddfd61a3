// Under load one webhook in a hundred makes the database refuse a statement: only that one pays for it, and soon.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, createService, IssueBodies, mapProject } from '../support/story.mjs';

const count = 2_000;
const senders = 48;
let tocsin;
let installation;
before(async () => {
  tocsin = await startTocsin();
  const admin = await tocsin.signedIn('admin');
  const integration = await connect(tocsin, admin, tocsin.org);
  installation = integration.installation_id;
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  // What no rule of the schema refuses is refused here: a value by a check, another by a trigger, and a third wherever it is written.
  await tocsin.sql("alter table tocsin.incidents add check (title not like 'refused by a check%')");
  await tocsin.sql(`create function public.refuse() returns trigger language plpgsql as
    $$ begin if new.title like 'refused by a trigger%' then raise exception 'refused'; end if; return new; end $$`);
  await tocsin.sql('create trigger refuse before insert on tocsin.incidents for each row execute function public.refuse()');
  await tocsin.sql("alter table tocsin.deliveries add check (request_id not like 'refused everywhere%')");
  tocsin.allowErrors(/delivery refused by the database/);
});
after(() => tocsin?.stop());

const kinds = ['refused by a check', 'refused by a trigger', 'refused everywhere'];

/** Sends so many webhooks, of which `marked(n)` names what is wrong with the n-th; answers what became of them, and how long they took. */
async function send(marked) {
  const answers = [];
  let next = 0;
  const one = async () => {
    for (let n = next++; n < count; n = next++) {
      const wrong = marked(n);
      const bodies = new IssueBodies(installation);
      const body = bodies.issue('created', wrong && wrong !== kinds[2] ? { title: `${wrong} ${n}` } : {});
      const headers = wrong === kinds[2] ? { 'Request-ID': `${wrong} ${n}` } : {};
      const began = performance.now();
      const answer = await tocsin.webhook({ resource: 'issue', body, headers });
      answers.push({ issue: bodies.id, wrong, status: answer.status, id: answer.json.delivery_id, took: performance.now() - began });
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: senders }, one));
  return { answers, rate: count / ((performance.now() - began) / 1000) };
}

test('one webhook in a hundred is refused by the database: the others are stored, effective and prompt', async () => {
  const clean = await send(() => undefined);
  const poisoned = await send((n) => (n % 100 === 50 ? kinds[(n - 50) / 100 % 3] : undefined));
  for (const { answers } of [clean, poisoned]) {
    const well = answers.filter((one) => !one.wrong);
    assert.deepEqual(well.filter((one) => one.status !== 200), []);
    const late = Math.max(...answers.map((one) => one.took));
    assert.ok(late < 1_500, `one waited for ${late} ms`);
  }
  const stored = new Map((await tocsin.sql('select delivery_id, outcome, body is not null as has_body from tocsin.deliveries')).map((row) => [row.delivery_id, row]));
  const opened = new Set((await tocsin.sql('select source_id from tocsin.incidents')).map((row) => row.source_id));
  const of = (wrong) => poisoned.answers.filter((one) => one.wrong === wrong);
  assert.deepEqual(of(undefined).filter((one) => stored.get(one.id)?.outcome !== 'opened' || !opened.has(one.issue)), []);
  // Kept as unreadable, with its bytes and without an effect, where the delivery itself can be stored; refused else, alone.
  for (const wrong of kinds.slice(0, 2)) {
    assert.ok(of(wrong).length >= 6);
    assert.deepEqual(of(wrong).filter((one) => one.status !== 200 || stored.get(one.id)?.outcome !== 'unreadable' || !stored.get(one.id).has_body || opened.has(one.issue)), []);
  }
  assert.ok(of(kinds[2]).length >= 6);
  assert.deepEqual(of(kinds[2]).filter((one) => one.status !== 500 || opened.has(one.issue)), []);
  assert.ok(poisoned.rate > clean.rate / 5, `${Math.round(poisoned.rate)} a second, ${Math.round(clean.rate)} without poison`);
  console.log(`# ${Math.round(clean.rate)} a second; with poison ${Math.round(poisoned.rate)}, the slowest ${Math.round(Math.max(...poisoned.answers.map((one) => one.took)))} ms`);
});
