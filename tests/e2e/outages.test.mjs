// Sentry sends no webhook when an outage (uptime, cron) ends: its issue is read every two minutes while the incident is open.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connectWithMapping, control } from '../support/steps.mjs';

let tocsin;
let admin;
const opened = {};
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  await connectWithMapping(tocsin, admin);
  const kinds = { uptime: 'uptime', cron: 'cron', lasting: 'uptime', merged: 'uptime', deleted: 'cron', error: 'error' };
  for (const [name, kind] of Object.entries(kinds)) {
    const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', kind });
    const { number, source } = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
    assert.equal(source.sentry_id, issue.id);
    opened[name] = { issue, number };
  }
  // The job that requests reads runs when the program starts.
  await tocsin.restart();
  for (const { issue } of Object.values(opened).slice(0, 5)) await waitForRead(issue);
});
after(() => tocsin?.stop());

const readIncident = async (number) => (await admin.get(`${tocsin.org.path}/incidents/${number}`)).json;
const readEnds = async (number) => {
  const { items } = (await admin.get(`${tocsin.org.path}/incidents/${number}/timeline?limit=50`)).json;
  return items.filter((entry) => entry.kind === 'resolved').map((entry) => entry.text);
};
const countReadBacks = () => tocsin.value("select count(*) from tocsin.deliveries where signing_key = 'read_back'");
const readRequest = async (issue) =>
  (await tocsin.sql('select reason, tries, due_at > tocsin.now() as is_later from tocsin.reconcile_requests where issue_id = $1', [issue.id]))[0];

/** Waits until the issue was read, and will be again. */
const waitForRead = (issue) =>
  eventually(async () => {
    const request = await readRequest(issue);
    return request?.reason === 'outage' && request.tries === 0 && request.is_later;
  });

/** Waits until the incident has ended, and checks how. */
async function expectEnd({ issue, number }, reason) {
  await tocsin.advanceTime(121);
  await eventually(async () => (await readIncident(number)).status === 'resolved', { what: `the end of ${issue.id}` });
  assert.equal((await readIncident(number)).resolution, 'sentry');
  assert.deepEqual(await readEnds(number), [reason]);
  await eventually(async () => (await readRequest(issue)) === undefined);
}

test('an outage that goes on is no delivery, and an error is not read', async () => {
  assert.equal(await countReadBacks(), 0);
  for (const { number } of Object.values(opened)) assert.equal((await readIncident(number)).status, 'open');
  assert.equal(await readRequest(opened.error.issue), undefined);
});

for (const kind of ['uptime', 'cron'])
  test(`an incident of ${kind} ends after its outage has ended without a webhook`, async () => {
    await control(tocsin, `issues/${opened[kind].issue.id}/recover`);
    await expectEnd(opened[kind], 'resolved in Sentry');
  });

test('an outage is read again after Sentry was unavailable', async () => {
  const { issue, number } = opened.lasting;
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 503, times: 0 });
  await tocsin.advanceTime(121);
  await eventually(async () => {
    const request = await readRequest(issue);
    return request.tries === 1 && request.is_later;
  });
  await clearFaults(tocsin);
  await tocsin.advanceTime(121);
  await waitForRead(issue);
  assert.equal((await readIncident(number)).status, 'open');
  await control(tocsin, `issues/${issue.id}/recover`);
  await expectEnd(opened.lasting, 'resolved in Sentry');
});

test('an outage whose issue was merged ends its incident with the reason', async () => {
  const { issue } = opened.error;
  await control(tocsin, `issues/${opened.merged.issue.id}/merge`, { into: issue.id });
  await expectEnd(opened.merged, `merged into ${issue.short_id} in Sentry`);
});

test('an outage whose issue was deleted ends its incident with the reason', async () => {
  await control(tocsin, `issues/${opened.deleted.issue.id}`, undefined, 'DELETE');
  await expectEnd(opened.deleted, 'deleted in Sentry');
  assert.equal((await readIncident(opened.error.number)).status, 'open');
});
