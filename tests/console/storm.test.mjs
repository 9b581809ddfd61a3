// A storm: 300 incidents open while 260 are shown. Each shown row follows its incident, the list says how many are new, and what is
// selected stays selected. Then all of them are selected and changed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { createService } from '../support/steps.mjs';

const SHOWN = 260;
const NEW = 300;
const CRITICAL = 12;
const CONCURRENCY = 8;

let tocsin;
let browser;
let page;
let problems;
let client;
let service;
before(async () => {
  tocsin = await startTocsin();
  client = await tocsin.signInAs('responder');
  service = await createService(await tocsin.signInAs('admin'), tocsin.org, 'checkout');
  browser = await launch();
  ({ page, problems } = await watchedPage(browser, [tocsin.url]));
  await signIn(page, tocsin.url, tocsin.org.people.responder, '/o/acme/incidents');
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

async function openIncidents(count, severityOf) {
  let next = 0;
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    for (let n = next++; n < count; n = next++) {
      const response = await client.post(`${tocsin.org.path}/incidents`, { title: `Problem ${n}`, service_id: service.id, severity: severityOf(n) });
      assert.equal(response.status, 201, response.text);
    }
  }));
}

const rowOf = (number) => page.locator(`[data-number="${number}"]`);
const button = (name) => page.getByRole('button', { name, exact: typeof name === 'string' });
const countOf = (condition) => tocsin.value(`select count(*)::int from tocsin.incidents where ${condition}`);

test('an empty list shows the first incident at once', async () => {
  await page.getByText('Sentry is not connected').waitFor();
  await openIncidents(1, () => 'critical');
  await rowOf(1).waitFor();
});

test('during a storm, every shown row is live, and the selection stays', async () => {
  await openIncidents(SHOWN - 1, () => 'error');
  await page.reload();
  for (let shown = 100; shown < SHOWN; shown += 100) {
    await button('Load more').click();
    await page.waitForFunction((before) => document.querySelectorAll('[data-number]').length > before, shown);
  }
  await rowOf(1).getByRole('checkbox').check();
  await openIncidents(NEW, (n) => (n < CRITICAL ? 'critical' : 'error'));
  await client.post(`${tocsin.org.path}/incidents/1/acknowledge`, {});
  await rowOf(1).getByText('Acknowledged', { exact: true }).waitFor({ timeout: 15_000 });
  const show = button(`Show ${NEW} new incidents, ${CRITICAL} critical`);
  await show.waitFor({ timeout: 15_000 });
  await page.getByText('Live', { exact: true }).waitFor();
  await show.click();
  await rowOf(SHOWN + NEW).waitFor();
  await page.getByText('1 selected', { exact: true }).waitFor();
  await screenshot(page, 'storm');
});

test('all matching incidents are changed, and a failure is shown where the action is', async () => {
  await page.reload();
  await page.getByRole('checkbox', { name: 'Select all shown' }).check();
  await page.getByText('100 selected', { exact: true }).waitFor();
  await button(`Select all ${SHOWN + NEW} matching`).click();
  const bar = page.getByRole('region', { name: 'Selected incidents' });
  await assertAccessible(page, 'the bar of selected incidents');
  let requests = 0;
  await page.route('**/incidents/bulk', (route) => {
    requests += 1;
    return requests === 2 ? route.abort() : route.continue();
  });
  await button(`Acknowledge ${SHOWN + NEW - 1}`).click();
  await bar.getByText(`${SHOWN + NEW - 1 - 200} incidents not changed`).waitFor();
  assert.equal(await countOf("status = 'acknowledged'"), 201);
  await page.unroute('**/incidents/bulk');
  await button(`Acknowledge ${SHOWN + NEW - 1 - 200}`).click();
  await eventually(async () => (await countOf("status = 'acknowledged'")) === SHOWN + NEW);
  await bar.waitFor({ state: 'detached' });
});

test('a range of rows is assigned to a member', async () => {
  await page.reload();
  const newest = SHOWN + NEW;
  await rowOf(newest).getByRole('checkbox').click();
  await rowOf(newest - 9).getByRole('checkbox').click({ modifiers: ['Shift'] });
  await page.getByText('10 selected', { exact: true }).waitFor();
  await button('Assign…').click();
  await page.getByRole('combobox', { name: 'Member' }).selectOption(tocsin.org.people.admin.email);
  await assertAccessible(page, 'the dialog that assigns');
  await page.getByRole('dialog').getByRole('button', { name: 'Assign', exact: true }).click();
  await page.getByText(/^Assigned 10 incidents to/).waitFor();
  assert.equal(await countOf(`assignee = '${tocsin.org.people.admin.email}'`), 10);
});

test('the page logged only the aborted request', () => {
  assert.deepEqual(problems.filter((text) => !/ERR_FAILED.*bulk/.test(text)), []);
});
