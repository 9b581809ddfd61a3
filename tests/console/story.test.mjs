// An admin in a real browser: signs in, connects Sentry through the consent page, maps a project, and sees the first incident come and go.
// The page may break no Content-Security-Policy, load nothing from elsewhere and log no error.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startTocsin } from '../support/harness.mjs';
import { control, createService } from '../support/story.mjs';

// Where TOCSIN_SCREENSHOTS names a folder, the pictures of the manual are taken on the way.
const pictures = process.env.TOCSIN_SCREENSHOTS;
const axeSource = fileURLToPath(new URL('../../services/console/node_modules/axe-core/axe.min.js', import.meta.url));
let tocsin;
let browser;
let page;
const complaints = [];

before(async () => {
  tocsin = await startTocsin();
  browser = await chromium.launch({
    executablePath: process.env.TOCSIN_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 401/.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && ![tocsin.url, tocsin.sandboxUrl].includes(origin)) complaints.push(`foreign request: ${request.url()}`);
  });
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

async function picture(name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** axe through the page's own debugger, so that no policy has to be loosened for it. */
async function accessible(where) {
  const session = await page.context().newCDPSession(page);
  const { readFileSync } = await import('node:fs');
  await session.send('Runtime.evaluate', { expression: readFileSync(axeSource, 'utf8') });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run().then((found) => JSON.stringify(found.violations.map((one) => [one.id, one.nodes.map((node) => node.target)])))',
    awaitPromise: true,
  });
  await session.detach();
  assert.equal(result.value, '[]', `axe on ${where}`);
}

test('signing in leads to where the link led', async () => {
  await page.goto(`${tocsin.url}/o/acme/integrations`);
  await page.getByLabel('Email').fill(tocsin.org.people.owner.email);
  await page.getByLabel('Password').fill(tocsin.org.people.owner.password);
  await accessible('the sign-in page');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/o/acme/integrations');
  await accessible('integrations, empty');
});

test('connecting goes through the consent page and comes back connected', async () => {
  await page.getByRole('button', { name: 'Connect Sentry' }).first().click();
  await page.waitForURL(`${tocsin.sandboxUrl}/**`);
  await page.getByLabel(/northwind/i).check();
  await page.getByRole('button', { name: /install/i }).click();
  await page.waitForURL('**/o/acme/integrations/*?connected=1');
  await page.getByText(/Northwind/).first().waitFor();
  await accessible('the integration');
});

test('mapping a project to a service', async () => {
  const owner = await tocsin.signedIn('owner');
  await createService(owner, tocsin.org, 'checkout');
  await page.reload();
  await page.getByRole('combobox', { name: 'Service for checkout', exact: true }).click();
  await page.getByRole('option', { name: /Checkout/ }).click();
  await page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/mappings') && answer.status() === 201);
  await picture('mapping');
});

test('the first incident appears, is acknowledged, and is resolved by Sentry', async () => {
  await control(tocsin, 'organizations/northwind/issues', { project: 'storefront', level: 'warning', title: 'Deprecated call in cart' });
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'fatal', title: '<img src=x onerror=alert(1)> TypeError: no total' });
  await control(tocsin, `issues/${issue.id}/events`, { environment: 'production' });
  await page.getByRole('link', { name: 'Incidents' }).first().click();
  await page.getByRole('link', { name: /TypeError: no total/ }).first().waitFor();
  await picture('incidents');
  await accessible('the incidents');
  await page.getByRole('link', { name: /TypeError: no total/ }).first().click();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText(/acknowledged/i).first().waitFor();
  await picture('incident');
  await accessible('the incident');
  assert.equal(await tocsin.value('select status from tocsin.incidents where number = 1'), 'acknowledged');

  await control(tocsin, `issues/${issue.id}/resolve`);
  await page.getByText(/resolved in Sentry/i).first().waitFor();
});

test('the page broke no rule', () => {
  assert.deepEqual(complaints, []);
});
