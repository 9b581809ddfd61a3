// Two people look at the same organization in two browsers: what one does the other sees, within a second. A stream that is lost is said to be
// lost, the page asks instead, and it follows again when the stream is back.
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
let one;
let other;
before(async () => {
  tocsin = await startTocsin();
  const admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  browser = await launch();
  one = await watchedPage(browser, [tocsin.url]);
  other = await watchedPage(browser, [tocsin.url]);
  await signIn(one.page, tocsin.url, tocsin.org.people.responder, '/o/acme/incidents');
  await signIn(other.page, tocsin.url, tocsin.org.people.admin, '/o/acme/incidents');
  await other.page.getByText(/, live$/).waitFor();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

const issue = async (title) => (await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'error', title })).issue;
/** How long `act` takes to be seen, in milliseconds. */
async function seen(act, sight) {
  const begun = performance.now();
  await Promise.all([act(), sight()]);
  return performance.now() - begun;
}
function assertQuick(t, what, times) {
  const sorted = times.toSorted((a, b) => a - b).map(Math.round);
  t.diagnostic(`${what}: median ${sorted[sorted.length >> 1]} ms, longest ${sorted.at(-1)} ms of ${sorted.length}`);
  assert.ok(sorted.at(-1) < WITHIN_MS, `${what} took ${sorted.at(-1)} ms`);
}

test('a new incident announces itself within a second', async (t) => {
  const times = [];
  // The first one makes connections that stay.
  for (let n = 0; n <= ROUNDS; n += 1) {
    times.push(await seen(() => issue(`Problem ${n}`), () => other.page.getByRole('button', { name: '1 new incident — show' }).waitFor()));
    await other.page.getByRole('button', { name: '1 new incident — show' }).click();
    await other.page.getByRole('link', { name: new RegExp(`Problem ${n}$`) }).waitFor();
  }
  assertQuick(t, 'from Sentry to the other screen', times.slice(1));
});

test('what one person does the other sees within a second', async (t) => {
  const times = [];
  for (let n = 1; n <= ROUNDS; n += 1) {
    await one.page.goto(`${tocsin.url}/o/acme/incidents/${n}`);
    await other.page.goto(`${tocsin.url}/o/acme/incidents/${n}`);
    await one.page.getByText(/, live$/).waitFor();
    await other.page.getByText(/, live$/).waitFor();
    const status = (of, text) => of.page.getByRole('banner').or(of.page.locator('main')).getByText(text, { exact: true }).first();
    times.push(await seen(() => one.page.getByRole('button', { name: 'Acknowledge' }).click(), () => status(other, 'acknowledged').waitFor()));
    times.push(await seen(() => other.page.getByRole('button', { name: 'Resolve' }).click(), () => status(one, 'resolved').waitFor()));
  }
  assertQuick(t, 'from one browser to the other', times);
});

test('a note of one is in the timeline of the other', async (t) => {
  const took = await seen(
    async () => {
      await one.page.getByRole('textbox', { name: 'Note' }).fill('The price service answers again.');
      await one.page.getByRole('button', { name: 'Add note' }).click();
    },
    () => other.page.getByText('The price service answers again.').waitFor(),
  );
  assertQuick(t, 'a note', [took]);
});

test('an integration that ends is announced to the admin, wherever she is', async (t) => {
  const owner = await tocsin.signInAs('owner');
  const took = await seen(
    () => owner.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`, {}),
    () => other.page.getByText('An admin disconnected it').waitFor(),
  );
  assertQuick(t, 'the end of an integration', [took]);
  assert.equal(await one.page.getByText('An admin disconnected it').count(), 0, 'who cannot mend it is not disturbed');
});

test('a lost stream is said to be lost, and followed again when it is back', async () => {
  const { page } = other;
  const notice = page.getByText(/Live updates are lost/);
  await page.goto(`${tocsin.url}/o/acme/incidents`);
  await page.getByText(/, live$/).waitFor();
  // The gateway behind a proxy that lets no stream through any more.
  await page.route('**/events', (route) => route.abort());
  await tocsin.restart();
  await notice.waitFor({ timeout: 30_000 });
  await page.getByText(/as of .*, every 10 s$/).waitFor({ timeout: 30_000 });
  await assertAccessible(page, 'a lost stream');
  await screenshot(page, 'stream-lost');
  await page.waitForResponse((answer) => /\/incidents\?/.test(answer.url()) && answer.status() === 200);
  await page.unroute('**/events');
  await page.getByText(/, live$/).waitFor({ timeout: 45_000 });
  await notice.waitFor({ state: 'detached' });
});

test('the pages broke no rule but those of the lost stream', () => {
  const expected = /\/events|ERR_(FAILED|CONNECTION|INTERNET|INCOMPLETE|EMPTY|NETWORK)/;
  for (const { problems } of [one, other]) assert.deepEqual(problems.filter((text) => !expected.test(text)), []);
});
