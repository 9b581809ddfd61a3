// An admin creates a grant with a token, a program calls Sentry with it, an admin approves and denies its changes, and the grant is revoked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { startTocsin } from '../support/harness.mjs';
import { connectInternal, control } from '../support/steps.mjs';

const PHONE = { width: 320, height: 700 };
const GRANTS = '/o/acme/integrations/grants';

let tocsin;
let browser;
let admin;
let issue;
before(async () => {
  tocsin = await startTocsin();
  await connectInternal(tocsin, await tocsin.signInAs('admin'), tocsin.org, { scopes: ['org:read', 'project:read', 'team:read', 'event:read', 'event:write'] });
  ({ issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'Error: to be resolved' }));
  browser = await launch();
  admin = await watchedPage(browser, [tocsin.url]);
  await signIn(admin.page, tocsin.url, tocsin.org.people.admin, GRANTS);
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

/** The page in the other color scheme and on a phone: accessible, and not wider than the window. */
async function lookAtVariants(path, shown, name) {
  for (const [colorScheme, viewport, device] of [['light', PHONE, 'phone'], ['dark', undefined, 'desktop'], ['dark', PHONE, 'phone']]) {
    const { page, problems } = await watchedPage(browser, [tocsin.url], { colorScheme, ...(viewport ? { viewport } : {}) });
    await signIn(page, tocsin.url, tocsin.org.people.owner, path);
    await page.getByText(shown).first().waitFor();
    await assertAccessible(page, `${name}, ${colorScheme}, ${device}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${name} is ${overflow} px too wide on a ${device}`);
    await screenshot(page, `${name}-${colorScheme}-${device}`, { fullPage: true });
    assert.deepEqual(problems, []);
    await page.context().close();
  }
}

test('grants and approvals on the console', async () => {
  const { page, problems } = admin;
  await page.getByRole('button', { name: 'New grant' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('release script');
  await dialog.getByRole('textbox', { name: 'Projects' }).fill('checkout');
  for (const operation of ['Resolve an issue', 'Comment on an issue']) await dialog.getByRole('checkbox', { name: operation }).check();
  await assertAccessible(page, 'the form of a grant');
  await screenshot(page, 'grant-form-light-desktop');
  await dialog.getByRole('button', { name: 'Create grant' }).click();
  await dialog.getByRole('button', { name: 'Copy the token' }).waitFor();
  const [base, token] = await dialog.locator('code').allTextContents();
  assert.match(token, /^tocsin_/);
  assert.ok(base.startsWith(`${tocsin.url}/api/v1/orgs/acme/grants/`), base);
  await assertAccessible(page, 'the new token');
  await screenshot(page, 'grant-token-light-desktop');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByText('Never used').waitFor();
  assert.ok(!(await page.content()).includes(token), 'the token is shown once');

  const client = tocsin.client({ token });
  const path = new URL(base).pathname.slice(0, -'/sentry'.length);
  const program = { get: (rest) => client.get(path + rest), post: (rest, json) => client.post(path + rest, json) };
  assert.equal((await program.get('/sentry/api/0/organizations/northwind/issues/')).status, 200);
  assert.equal((await tocsin.client({ token }).get(`${tocsin.org.path}/incidents`)).status, 403, 'the token can do nothing else');
  const asked = await program.post('/call', { operation: 'resolve_issue', args: { issue: issue.id } });
  await program.post('/call', { operation: 'comment_issue', args: { issue: issue.id, text: 'Rolled back.\nWatching.' } });
  assert.equal(asked.status, 202, asked.text);

  await page.reload();
  await page.getByText(/^Last used/).waitFor();
  await assertAccessible(page, 'grants, light, desktop');
  await screenshot(page, 'grants-light-desktop', { fullPage: true });
  await page.getByRole('button', { name: /calls that wait for your approval: 2/ }).press('Enter');
  await page.getByRole('link', { name: '2 calls wait for your approval' }).press('Enter');
  await page.getByRole('list', { name: 'Waiting calls' }).getByText('Rolled back.').waitFor();
  await assertAccessible(page, 'approvals, light, desktop');
  await screenshot(page, 'approvals-light-desktop', { fullPage: true });
  await page.getByRole('button', { name: /^Deny: Comment on an issue/ }).press('Enter');
  await page.getByText('Denied by').waitFor();

  await page.goto(asked.json.approval_url);
  await page.getByRole('button', { name: /^Approve: Resolve an issue/ }).press('Enter');
  await page.getByText('Sentry responded with status 200').waitFor();
  assert.equal((await program.post('/call', { operation: 'get_issue', args: { issue: issue.id } })).json.data.status, 'resolved');

  await program.post('/call', { operation: 'comment_issue', args: { issue: issue.id, text: 'Closed.' } });
  await lookAtVariants(GRANTS, 'release script', 'grants');
  await lookAtVariants('/o/acme/integrations/approvals', 'Closed.', 'approvals');

  await page.goto(`${tocsin.url}${GRANTS}`);
  await page.getByRole('button', { name: 'Revoke release script' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No grants yet').waitFor();
  assert.equal((await program.get('/sentry/api/0/organizations/northwind/issues/')).status, 404);
  assert.deepEqual(problems, []);
});
