// Two users view the same organization in two browsers: each sees the changes of the other within a second. When the event stream is
// lost, the page says so and polls; when the stream is back, it is used again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject } from '../support/steps.mjs';

const WITHIN_MS = 1000;
const ROUNDS = 5;

let tocsin;
let integration;
let browser;
let responder;
let admin;
before(async () => {
  tocsin = await startTocsin();
  const client = await tocsin.signInAs('admin');
  integration = await connect(tocsin, client, tocsin.org);
  await mapProject(client, tocsin.org, integration, 'checkout', await createService(client, tocsin.org, 'checkout'));
  browser = await launch();
  responder = await watchedPage(browser, [tocsin.url]);
  admin = await watchedPage(browser, [tocsin.url]);
  await signIn(responder.page, tocsin.url, tocsin.org.people.responder, '/o/acme/incidents');
  await signIn(admin.page, tocsin.url, tocsin.org.people.admin, '/o/acme/incidents');
  await admin.page.getByText('Live', { exact: true }).waitFor();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

const createIssue = async (title) => (await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'error', title })).issue;
/** The time until the effect of `act` is visible, in milliseconds. */
async function timeUntilVisible(act, waitForEffect) {
  const start = performance.now();
  await Promise.all([act(), waitForEffect()]);
  return performance.now() - start;
}
function assertQuick(t, name, times) {
  const sorted = times.toSorted((a, b) => a - b).map(Math.round);
  t.diagnostic(`${name}: median ${sorted[sorted.length >> 1]} ms, longest ${sorted.at(-1)} ms of ${sorted.length}`);
  assert.ok(sorted.at(-1) < WITHIN_MS, `${name} took ${sorted.at(-1)} ms`);
}

test('a new incident appears within a second', async (t) => {
  const times = [];
  // The first round opens connections that are then reused.
  for (let n = 0; n <= ROUNDS; n += 1) {
    const row = admin.page.getByRole('link', { name: new RegExp(`Problem ${n}$`) });
    times.push(await timeUntilVisible(() => createIssue(`Problem ${n}`), () => row.waitFor()));
  }
  assertQuick(t, 'from Sentry to the page', times.slice(1));
});

test('each user sees the actions of the other within a second', async (t) => {
  const times = [];
  for (let n = 1; n <= ROUNDS; n += 1) {
    await responder.page.goto(`${tocsin.url}/o/acme/incidents/${n}`);
    await admin.page.goto(`${tocsin.url}/o/acme/incidents/${n}`);
    await responder.page.getByText('Live', { exact: true }).waitFor();
    await admin.page.getByText('Live', { exact: true }).waitFor();
    const status = (user, text) => user.page.getByRole('banner').or(user.page.locator('main')).getByText(text, { exact: true }).first();
    times.push(await timeUntilVisible(() => responder.page.getByRole('button', { name: 'Acknowledge' }).click(), () => status(admin, 'Acknowledged').waitFor()));
    await admin.page.getByRole('button', { name: 'Resolve' }).click();
    const resolve = admin.page.getByRole('dialog').getByRole('button', { name: 'Resolve' });
    times.push(await timeUntilVisible(() => resolve.click(), () => status(responder, 'Resolved').waitFor()));
  }
  assertQuick(t, 'from one browser to the other', times);
});

test('a note appears in the timeline of the other user', async (t) => {
  const took = await timeUntilVisible(
    async () => {
      await responder.page.getByRole('textbox', { name: 'Note' }).fill('The price service responds again.');
      await responder.page.getByRole('button', { name: 'Add note' }).click();
    },
    () => admin.page.getByText('The price service responds again.').waitFor(),
  );
  assertQuick(t, 'a note', [took]);
});

test('a disconnected integration is announced to admins on all pages', async (t) => {
  const owner = await tocsin.signInAs('owner');
  const took = await timeUntilVisible(
    () => owner.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`, {}),
    () => admin.page.getByText('Disconnected by an admin').waitFor(),
  );
  assertQuick(t, 'the disconnect', [took]);
  assert.equal(await responder.page.getByText('Disconnected by an admin').count(), 0, 'a responder sees no banner');
});

test('a lost stream is reported, and used again when it is back', async () => {
  const { page } = admin;
  const notice = page.getByText(/Connection lost/);
  await page.goto(`${tocsin.url}/o/acme/incidents`);
  await page.getByText('Live', { exact: true }).waitFor();
  // As behind a proxy that blocks streams.
  await page.route('**/events', (route) => route.abort());
  await tocsin.restart();
  await notice.waitFor({ timeout: 30_000 });
  await page.getByText(/^Updates every 10s$/).waitFor({ timeout: 30_000 });
  await assertAccessible(page, 'a lost stream');
  await screenshot(page, 'stream-lost');
  await page.waitForResponse((answer) => /\/incidents\?/.test(answer.url()) && answer.status() === 200);
  await page.unroute('**/events');
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 45_000 });
  await notice.waitFor({ state: 'detached' });
});

test('the pages logged only the errors of the lost stream', () => {
  const expected = /\/events|ERR_(FAILED|CONNECTION|INTERNET|INCOMPLETE|EMPTY|NETWORK)/;
  for (const { problems } of [responder, admin]) assert.deepEqual(problems.filter((text) => !expected.test(text)), []);
});
