// An admin in a real browser signs in, connects Sentry through the consent page, maps a project, and sees the first incident open and
// resolve. The page must not violate the Content-Security-Policy, load anything from another origin, or log an error.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, signIn, watchedPage } from '../support/browser.mjs';
import { startTocsin } from '../support/harness.mjs';
import { control, createService } from '../support/steps.mjs';

let tocsin;
let browser;
let page;
let problems;

before(async () => {
  tocsin = await startTocsin();
  browser = await launch();
  ({ page, problems } = await watchedPage(browser, [tocsin.url, tocsin.sandboxUrl]));
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

test('signing in goes to the target of the link', async () => {
  await page.goto(`${tocsin.url}/login`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await assertAccessible(page, 'the sign-in page');
  await signIn(page, tocsin.url, tocsin.org.people.owner, '/o/acme/integrations');
  await page.getByRole('link', { name: 'Connect Sentry' }).first().waitFor();
  await assertAccessible(page, 'integrations, empty');
});

test('connecting goes through the consent page, and the organization is confirmed', async () => {
  await page.getByRole('link', { name: 'Connect Sentry' }).first().click();
  await page.getByRole('button', { name: 'Continue to Sentry' }).click();
  await page.waitForURL(`${tocsin.sandboxUrl}/**`);
  await page.getByLabel(/northwind/i).check();
  await page.getByRole('button', { name: /install/i }).click();
  await page.waitForURL(/\/o\/acme\/integrations\/[0-9a-f-]{36}$/);
  await page.getByText('Northwind Traders').first().waitFor();
  await assertAccessible(page, 'the question which organization it is');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Connected', { exact: true }).first().waitFor();
  await assertAccessible(page, 'the integration');
});

test('a project is mapped to a service', async () => {
  const owner = await tocsin.signInAs('owner');
  await createService(owner, tocsin.org, 'checkout');
  await page.reload();
  const created = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/mappings'));
  await page.getByRole('combobox', { name: 'Service for checkout', exact: true }).selectOption('Checkout');
  await page.getByRole('button', { name: /^Map 1 project/ }).click();
  assert.equal((await created).status(), 201);
});

test('the first incident appears, is acknowledged, and is resolved by Sentry', async () => {
  await control(tocsin, 'organizations/northwind/issues', { project: 'storefront', level: 'warning', title: 'Deprecated call in cart' });
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'fatal', title: '<img src=x onerror=alert(1)> TypeError: no total' });
  await control(tocsin, `issues/${issue.id}/events`, { environment: 'production' });
  await page.getByRole('link', { name: 'Incidents' }).first().click();
  await page.getByRole('link', { name: /TypeError: no total/ }).first().waitFor();
  await assertAccessible(page, 'the incidents');
  await page.getByRole('link', { name: /TypeError: no total/ }).first().click();
  // The page shows the new status before the response; the database has it after.
  const acknowledged = page.waitForResponse((answer) => answer.url().endsWith('/acknowledge'));
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText(/acknowledged/i).first().waitFor();
  assert.equal((await acknowledged).status(), 200);
  await assertAccessible(page, 'the incident');
  assert.equal(await tocsin.value('select status from tocsin.incidents where number = 1'), 'acknowledged');

  await control(tocsin, `issues/${issue.id}/resolve`);
  await page.getByText(/resolved in Sentry/i).first().waitFor();
});

test('the page logged no errors', () => {
  assert.deepEqual(problems, []);
});
