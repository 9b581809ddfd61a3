// A dead connection brought back in a real browser, as an admin does it: the page says what is wrong, Reconnect leads through Sentry, and
// mappings and incidents are what they were.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, signIn, watchedPage } from '../support/browser.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, connectOauth, control, createService, mapProject } from '../support/steps.mjs';

let tocsin;
let browser;
let page;
let problems;
let admin;

before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2' } });
  admin = await tocsin.signInAs('admin');
  browser = await launch();
  ({ page, problems } = await watchedPage(browser, [tocsin.url, tocsin.sandboxUrl]));
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

const path = (integration) => `${tocsin.org.path}/integrations/${integration.id}`;
const screen = (integration) => `/o/acme/integrations/${integration.id}`;
const read = async (integration) => (await admin.get(path(integration))).json;
/** All that a reconnect must leave alone. */
const kept = async (integration) => ({
  mappings: (await admin.get(`${path(integration)}/mappings`)).json.items.map(({ id, active, service }) => ({ id, active, service })),
  incidents: await tocsin.sql('select number, status, title, version from tocsin.incidents order by number'),
  deliveries: await tocsin.value('select count(*) from tocsin.deliveries where integration_id = $1', [integration.id]),
});

let integration;
let atFirst;
test('an integration with a mapping and an incident is uninstalled in Sentry, and the page says so', async () => {
  // Said by the uninstall alone, so that every delivery counted is one of an issue.
  await control(tocsin, 'settings', { installation_created: 'never' });
  integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'TypeError: no total' });
  await signIn(page, tocsin.url, tocsin.org.people.admin, screen(integration));
  await control(tocsin, `installations/${integration.installation_id}`, undefined, 'DELETE');
  atFirst = await kept(integration);
  assert.deepEqual([atFirst.mappings.length, atFirst.incidents.length], [1, 1]);
  await page.getByText(/uninstalled in Sentry/i).first().waitFor();
  await page.getByText('disconnected', { exact: true }).first().waitFor();
  await assertAccessible(page, 'an integration that is disconnected');
});

test('Reconnect goes through the consent page and keeps id, mappings, deliveries and incidents', async () => {
  await page.getByRole('button', { name: 'Reconnect', exact: true }).first().click();
  await page.waitForURL(`${tocsin.sandboxUrl}/**`);
  await page.getByLabel(/northwind/i).check();
  await page.getByRole('button', { name: /install/i }).click();
  await page.waitForURL(`**${screen(integration)}?connected=1`);
  await page.getByText('connected', { exact: true }).first().waitFor();
  const now = await read(integration);
  assert.equal(now.status, 'connected');
  assert.notEqual(now.installation_id, integration.installation_id);
  assert.deepEqual(await kept(integration), atFirst);
  integration = now;
  // And it works: the next problem is the next incident.
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'RangeError: too late' });
  assert.equal(await tocsin.value("select count(*) from tocsin.incidents where integration_id = $1", [integration.id]), 2);
});

test('where Sentry only refused to renew, Reconnect repairs without leaving the page', async () => {
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await admin.post(`${path(integration)}/refresh`);
  await eventually(async () => (await read(integration)).status === 'disconnected');
  await clearFaults(tocsin);
  const then = await kept(integration);
  await page.getByText(/refuses to renew/i).first().waitFor();
  await page.getByRole('button', { name: 'Reconnect', exact: true }).first().click();
  await page.getByText('connected', { exact: true }).first().waitFor();
  assert.ok(page.url().startsWith(tocsin.url), page.url());
  const now = await read(integration);
  assert.deepEqual([now.status, now.installation_id], ['connected', integration.installation_id]);
  assert.deepEqual(await kept(integration), then);
  await admin.post(`${path(integration)}/disconnect`);
});

test('a dead grant of the OAuth application is authorized anew; another organization is refused by name', async () => {
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  const oauth = await connectOauth(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, oauth, 'checkout', await createService(admin, tocsin.org, 'web'));
  const then = await kept(oauth);
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  await admin.post(`${path(oauth)}/refresh`);
  await control(tocsin, 'oauth', { user_organizations: ['empire-state'], forget_approvals: true });
  await page.goto(`${tocsin.url}${screen(oauth)}`);
  const through = async () => {
    await page.getByRole('button', { name: 'Reconnect', exact: true }).first().click();
    await page.waitForURL(`${tocsin.sandboxUrl}/**`);
    await page.getByRole('button', { name: /authorize|approve/i }).click();
    await page.waitForURL(`**${screen(oauth)}*`);
  };
  await through();
  await page.getByText(/Northwind Traders/).first().waitFor();
  await page.getByText(/Empire State/).first().waitFor();
  assert.equal((await read(oauth)).status, 'disconnected');
  await assertAccessible(page, 'a reconnect that led elsewhere');
  await control(tocsin, 'oauth', { user_organizations: ['northwind'], forget_approvals: true });
  await page.goto(`${tocsin.url}${screen(oauth)}`);
  await through();
  await page.getByText('connected', { exact: true }).first().waitFor();
  assert.deepEqual([(await read(oauth)).id, (await read(oauth)).status], [oauth.id, 'connected']);
  assert.deepEqual(await kept(oauth), then);
});

test('the pages broke no rule', () => {
  // While its access is dead an integration cannot list its projects, and the page says why.
  assert.deepEqual(problems.filter((one) => !/status of 422 .*\/projects\?/.test(one)), []);
});
