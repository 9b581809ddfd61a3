// Every page with realistic data, in light and dark mode, on a desktop and on a phone: axe finds no violations, no page is wider than its
// window, and no errors are logged. With TOCSIN_SCREENSHOTS=FOLDER, screenshots are written there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject } from '../support/steps.mjs';

const issues = [
  { project: 'checkout', level: 'fatal', title: 'TimeoutError: payment gateway did not answer within 5000 ms', environment: 'production', events: 4 },
  { project: 'storefront', level: 'error', title: "TypeError: Cannot read properties of undefined (reading 'price')", environment: 'production', events: 12 },
  { project: 'checkout', level: 'warning', title: 'SlowQuery: orders by customer took 2.4 s', environment: 'production', events: 2 },
  { project: 'storefront', level: 'error', title: 'ChunkLoadError: Loading chunk 7 failed', environment: 'staging', events: 1 },
  { project: 'checkout', level: 'info', title: 'RetryBudget: 80 % of retries spent', environment: 'production', events: 1 },
];

let tocsin;
let browser;
let integration;
let openedDelivery;
before(async () => {
  tocsin = await startTocsin();
  const admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  for (const slug of ['checkout', 'storefront']) await mapProject(admin, tocsin.org, integration, slug, await createService(admin, tocsin.org, slug));
  for (const { events, ...issue } of issues) {
    const { issue: created } = await control(tocsin, 'organizations/northwind/issues', issue);
    for (let i = 0; i < events; i += 1) await control(tocsin, `issues/${created.id}/events`, { environment: issue.environment, rule: 'Errors in production' });
  }
  await control(tocsin, 'organizations/northwind/issues', { project: 'billing' });
  const responder = await tocsin.signInAs('responder');
  await responder.post(`${tocsin.org.path}/incidents/2/acknowledge`, { note: 'Looking at the price service.' });
  await responder.post(`${tocsin.org.path}/incidents/4/resolve`, { note: 'Old tab after a deploy.' });
  const owner = await tocsin.signInAs('owner');
  await owner.post(`${tocsin.org.path}/invitations`, { email: 'lena@acme.example', role: 'responder' });
  await owner.post(`${tocsin.org.path}/tokens`, { name: 'nightly report', role: 'viewer' });
  openedDelivery = (await owner.get(`${tocsin.org.path}/deliveries?outcome=opened`)).json.items[0].id;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

const pages = () => [
  ['incidents', '/o/acme/incidents', /payment gateway/],
  ['incident', '/o/acme/incidents/1', /Errors in production/],
  ['trends', '/o/acme/incidents/summary', /Time to acknowledge/],
  ['services', '/o/acme/services', /Checkout/],
  ['integrations', '/o/acme/integrations', /Northwind/],
  ['mapping', `/o/acme/integrations/${integration.id}`, /warehouse/],
  ['unmapped', '/o/acme/integrations/unmapped', /billing/],
  ['deliveries', '/o/acme/deliveries', /not mapped to a service/],
  ['delivery', `/o/acme/deliveries/${openedDelivery}`, /Processing steps/],
  ['setup', '/o/acme/integrations/setup', /webhooks\/sentry/],
  ['connect', '/o/acme/integrations/connect', /Continue to Sentry/],
  ['people', '/o/acme/people', /lena@acme.example/],
  ['tokens', '/o/acme/people/tokens', /nightly report/],
  ['audit', '/o/acme/people/audit', /invitation/],
  ['account', '/o/acme/account', /\(this session\)/],
  ['not-found', '/o/elsewhere/incidents', /Organization not found/],
];

for (const colorScheme of ['light', 'dark']) {
  for (const [device, viewport] of [['desktop', { width: 1280, height: 800 }], ['phone', { width: 320, height: 700 }]]) {
    test(`every page, ${colorScheme}, on a ${device}`, async () => {
      const { page, problems } = await watchedPage(browser, [tocsin.url], { colorScheme, viewport });
      await signIn(page, tocsin.url, tocsin.org.people.owner, '/o/acme/incidents');
      for (const [name, path, shown] of pages()) {
        await page.goto(`${tocsin.url}${path}`);
        await page.getByText(shown).first().waitFor();
        await assertAccessible(page, `${name}, ${colorScheme}, ${device}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} px too wide on a ${device}`);
        await screenshot(page, `${name}-${colorScheme}-${device}`, { fullPage: true });
      }
      assert.deepEqual(problems.filter((text) => !/status of 404.*elsewhere/.test(text)), []);
      await page.context().close();
    });
  }
}
