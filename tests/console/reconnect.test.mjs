// An admin reconnects in a real browser: the page says what is wrong, Reconnect goes through Sentry, and mappings and incidents are
// unchanged.
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
const pageOf = (integration) => `/o/acme/integrations/${integration.id}`;
const read = async (integration) => (await admin.get(path(integration))).json;
/** What a reconnect must not change. */
const preserved = async (integration) => ({
  mappings: (await admin.get(`${path(integration)}/mappings`)).json.items.map(({ id, active, service }) => ({ id, active, service })),
  incidents: await tocsin.sql('select number, status, title, version from tocsin.incidents order by number'),
  deliveries: await tocsin.value('select count(*) from tocsin.deliveries where integration_id = $1', [integration.id]),
});

let integration;
let initial;
test('the page shows that an integration was uninstalled in Sentry', async () => {
  // Without installation.created, every counted delivery is about an issue.
  await control(tocsin, 'settings', { installation_created: 'never' });
  integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'TypeError: no total' });
  await signIn(page, tocsin.url, tocsin.org.people.admin, pageOf(integration));
  await control(tocsin, `installations/${integration.installation_id}`, undefined, 'DELETE');
  initial = await preserved(integration);
  assert.deepEqual([initial.mappings.length, initial.incidents.length], [1, 1]);
  await page.getByText(/uninstalled in Sentry/i).first().waitFor();
  await page.getByText('Disconnected', { exact: true }).first().waitFor();
  await assertAccessible(page, 'a disconnected integration');
});

test('Reconnect goes through the consent page and keeps the id, mappings, deliveries, and incidents', async () => {
  await page.getByRole('button', { name: 'Reconnect', exact: true }).first().click();
  await page.waitForURL(`${tocsin.sandboxUrl}/**`);
  await page.getByLabel(/northwind/i).check();
  await page.getByRole('button', { name: /install/i }).click();
  await page.waitForURL(`**${pageOf(integration)}?connected=1`);
  await page.getByText('Connected', { exact: true }).first().waitFor();
  const now = await read(integration);
  assert.equal(now.status, 'connected');
  assert.notEqual(now.installation_id, integration.installation_id);
  assert.deepEqual(await preserved(integration), initial);
  integration = now;
  // The next issue opens the next incident.
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'RangeError: too late' });
  assert.equal(await tocsin.value("select count(*) from tocsin.incidents where integration_id = $1", [integration.id]), 2);
});

test('where Sentry only refused a refresh, Reconnect repairs without leaving the page', async () => {
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await admin.post(`${path(integration)}/refresh`);
  await eventually(async () => (await read(integration)).status === 'disconnected');
  await clearFaults(tocsin);
  const previous = await preserved(integration);
  await page.getByText(/refuses to refresh/i).first().waitFor();
  await page.getByRole('button', { name: 'Reconnect', exact: true }).first().click();
  await page.getByText('Connected', { exact: true }).first().waitFor();
  assert.ok(page.url().startsWith(tocsin.url), page.url());
  const now = await read(integration);
  assert.deepEqual([now.status, now.installation_id], ['connected', integration.installation_id]);
  assert.deepEqual(await preserved(integration), previous);
  await admin.post(`${path(integration)}/disconnect`);
});

test('a revoked OAuth grant is authorized again; another organization is refused with both names', async () => {
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  const oauth = await connectOauth(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, oauth, 'checkout', await createService(admin, tocsin.org, 'web'));
  const previous = await preserved(oauth);
  await control(tocsin, 'oauth/tokens', undefined, 'DELETE');
  await admin.post(`${path(oauth)}/refresh`);
  await control(tocsin, 'oauth', { user_organizations: ['empire-state'], forget_approvals: true });
  await page.goto(`${tocsin.url}${pageOf(oauth)}`);
  const reconnectInSentry = async () => {
    await page.getByRole('button', { name: 'Reconnect', exact: true }).first().click();
    await page.waitForURL(`${tocsin.sandboxUrl}/**`);
    await page.getByRole('button', { name: /authorize|approve/i }).click();
    await page.waitForURL(`**${pageOf(oauth)}*`);
  };
  await reconnectInSentry();
  await page.getByText(/Northwind Traders/).first().waitFor();
  await page.getByText(/Empire State/).first().waitFor();
  assert.equal((await read(oauth)).status, 'disconnected');
  await assertAccessible(page, 'a reconnect to another organization');
  await control(tocsin, 'oauth', { user_organizations: ['northwind'], forget_approvals: true });
  await page.goto(`${tocsin.url}${pageOf(oauth)}`);
  await reconnectInSentry();
  await page.getByText('Connected', { exact: true }).first().waitFor();
  assert.deepEqual([(await read(oauth)).id, (await read(oauth)).status], [oauth.id, 'connected']);
  assert.deepEqual(await preserved(oauth), previous);
});

test('the pages logged no errors', () => {
  // Without a valid token the projects cannot be listed, and the page says why.
  assert.deepEqual(problems.filter((problem) => !/status of 422 .*\/projects\?/.test(problem)), []);
});
