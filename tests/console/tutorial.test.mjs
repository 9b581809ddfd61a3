// docs/tutorial.md, step by step: what it calls a button is a button, and what it promises happens. With TOCSIN_SCREENSHOTS=docs/images,
// its pictures are taken.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, screenshot, watchedPage } from '../support/browser.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const text = readFileSync(`${docs}tutorial.md`, 'utf8');

let tocsin;
let browser;
let page;
let sandbox;
let problems;
before(async () => {
  tocsin = await startTocsin();
  browser = await launch();
  ({ page, problems } = await watchedPage(browser, [tocsin.url, tocsin.sandboxUrl], { viewport: { width: 1100, height: 700 } }));
  sandbox = await page.context().newPage();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

/** A control that the tutorial names in bold. */
function named(role, name, place = page) {
  assert.ok(text.includes(`**${name}**`), `the tutorial names ${name}`);
  return place.getByRole(role, { name, exact: true }).first();
}

const picture = (name, place = page) => screenshot(place, `tutorial-${name}`);
const statusOf = (number) => tocsin.value('select status from tocsin.incidents where number = $1', [number]);

test('step 2: connect', async () => {
  const { email, password } = tocsin.org.people.owner;
  await page.goto(tocsin.url);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await picture('sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await named('link', 'Integrations').click();
  await named('link', 'Connect Sentry').click();
  await page.getByText('Public integration').first().waitFor();
  await named('button', 'Continue to Sentry').click();
  await page.waitForURL(`${tocsin.sandboxUrl}/**`);
  assert.ok(text.includes('**Northwind Traders**'));
  await page.getByLabel('Northwind Traders').check();
  await picture('consent');
  await named('button', 'Install').click();
  await named('button', 'Connect').click();
  await page.getByText('Connected', { exact: true }).first().waitFor();
  await picture('connected');
});

test('step 3: map', async () => {
  await named('heading', 'Projects and services').waitFor();
  assert.ok(text.includes('**New service…**'));
  await page.getByRole('combobox', { name: 'Service for checkout', exact: true }).selectOption({ label: 'New service…' });
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Checkout');
  await named('button', 'Create service', dialog).click();
  await named('button', 'Map 1 project').click();
  await page.getByText(/^1 of \d+ mapped/).waitFor();
  await page.getByRole('combobox', { name: 'Service for checkout', exact: true }).scrollIntoViewIfNeeded();
  await picture('mapped');
});

test('step 4: cause a problem', async () => {
  await sandbox.goto(tocsin.sandboxUrl);
  await named('heading', 'Issues', sandbox).scrollIntoViewIfNeeded();
  const form = sandbox.locator('#new-issue');
  const projects = await form.getByLabel('Project').locator('option').allInnerTexts();
  await form.getByLabel('Project').selectOption({ label: projects.find((label) => /^checkout/i.test(label)) });
  await form.getByLabel('Level').selectOption('fatal');
  await named('button', 'New issue', sandbox).click();
  await eventually(() => statusOf(1), { what: 'the first incident' });
  await picture('sandbox', sandbox);
  await named('link', 'Incidents').click();
  await page.getByRole('link', { name: /^#1 / }).waitFor();
  await picture('incidents');
  const pressed = async (name) => named('button', name, sandbox.locator('#issues li').first()).click();
  await pressed('New event');
  await eventually(async () => (await tocsin.value('select occurrences from tocsin.incidents where number = 1')) > 1);
  await pressed('Resolve');
  await eventually(async () => (await statusOf(1)) === 'resolved');
  await pressed('Unresolve');
  await eventually(async () => (await statusOf(1)) === 'open');
});

test('step 5: respond', async () => {
  await page.getByRole('link', { name: /^#1 / }).click();
  const acknowledged = page.waitForResponse((answer) => answer.url().endsWith('/acknowledge'));
  await named('button', 'Acknowledge').click();
  assert.equal((await (await acknowledged).json()).assignee, tocsin.org.people.owner.email);
  await page.getByText('Acknowledged', { exact: true }).first().waitFor();
  await picture('incident');
  assert.ok(text.includes('**Resolve**') && text.includes('**Reopen**'));
});

test('step 6: ask why', async () => {
  await named('link', 'Deliveries').click();
  await page.getByText('Reopened').filter({ visible: true }).first().waitFor();
  await picture('deliveries');
  assert.deepEqual(problems, []);
});

test('each picture of the tutorial exists', () => {
  const pictures = [...text.matchAll(/\]\((images\/[^)]+)\)/g)].map(([, path]) => path);
  assert.equal(pictures.length, 8);
  for (const path of pictures) assert.ok(existsSync(docs + path), path);
});
