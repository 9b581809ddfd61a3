// The command palette runs what its first entry says, and finds incidents and services by name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, signIn, watchedPage } from '../support/browser.mjs';
import { startTocsin } from '../support/harness.mjs';
import { connectWithMapping, control } from '../support/steps.mjs';

let tocsin;
let browser;
let page;
let problems;
before(async () => {
  tocsin = await startTocsin();
  await connectWithMapping(tocsin, await tocsin.signInAs('admin'));
  for (const title of ['Payment declined', 'Cart is empty']) await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title });
  browser = await launch();
  ({ page, problems } = await watchedPage(browser, [tocsin.url]));
  await signIn(page, tocsin.url, tocsin.org.people.responder, '/o/acme/incidents');
  for (const title of [/Payment declined/, /Cart is empty/]) await page.getByRole('link', { name: title }).waitFor();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

const field = () => page.getByRole('combobox', { name: 'Search incidents and commands' });
async function type(text) {
  await page.keyboard.press('Control+k');
  await field().fill(text);
}

test('"select all" selects all and acknowledges nothing', async () => {
  await page.keyboard.press('j');
  await type('select all');
  await page.keyboard.press('Enter');
  await page.getByText('2 selected', { exact: true }).waitFor();
  assert.equal(await tocsin.value("select count(*)::int from tocsin.incidents where status = 'open'"), 2);
  await page.keyboard.press('Escape');
});

test('an incident is found by a word of its title', async () => {
  await type('declined');
  await page.getByRole('option', { name: /#1 .*Payment declined/ }).waitFor();
  await assertAccessible(page, 'the palette');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/o/acme/incidents/1');
});

test('a service is found by its name', async () => {
  await type('check');
  await page.getByRole('option', { name: 'Services Checkout' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/o/acme/incidents?service=checkout');
});

test('the page logged no errors', () => {
  assert.deepEqual(problems, []);
});
