// Users join with an invitation, change roles, and are removed; API tokens are created and revoked; passwords are changed and reset; the
// audit log has all of it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';

const fakePassword = () => `fake ${randomBytes(9).toString('hex')}`;

let tocsin;
let browser;
let owner;
let newcomer;
const person = { email: 'new@acme.example', password: fakePassword() };
before(async () => {
  tocsin = await startTocsin();
  browser = await launch();
  owner = await watchedPage(browser, [tocsin.url]);
  newcomer = await watchedPage(browser, [tocsin.url]);
  await signIn(owner.page, tocsin.url, tocsin.org.people.owner, '/o/acme/people');
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

test('an invitation creates an account and a membership', async () => {
  const { page } = owner;
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('textbox', { name: 'Email' }).fill(person.email);
  await page.getByRole('combobox', { name: 'Role', exact: true }).selectOption('viewer');
  await page.getByRole('button', { name: 'Create invite link' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy the link' }).waitFor();
  const link = await dialog.locator('code').textContent();
  assert.ok(link.startsWith(`${tocsin.url}/invitation#`), link);
  await dialog.getByRole('button', { name: 'Done' }).click();

  await newcomer.page.goto(link);
  await newcomer.page.getByRole('heading', { name: 'Join Acme' }).waitFor();
  await assertAccessible(newcomer.page, 'the invitation');
  await screenshot(newcomer.page, 'invitation-light-desk');
  await newcomer.page.getByRole('textbox', { name: 'Your name' }).fill('New Person');
  await newcomer.page.getByLabel('Choose a password').fill(person.password);
  await newcomer.page.getByRole('button', { name: 'Join Acme' }).click();
  await newcomer.page.waitForURL(`${tocsin.url}/o/acme/incidents`);
  await newcomer.page.getByText('Sentry is not connected').waitFor();

  await newcomer.page.goto(link);
  await newcomer.page.getByRole('heading', { name: 'This link does not work' }).waitFor();
  const secret = new URL(link).hash.slice(1);
  assert.deepEqual(tocsin.service.lines.filter((line) => JSON.stringify(line).includes(secret)), [], 'no log has the secret of the link');
});

test('a new role applies from the next request on', async () => {
  await owner.page.reload();
  await owner.page.getByRole('combobox', { name: 'Role of New Person' }).selectOption('admin');
  const members = await tocsin.signInAs('owner');
  await eventually(async () => (await members.get(`${tocsin.org.path}/members`)).json.items.find(({ email }) => email === person.email).role === 'admin');
  await newcomer.page.goto(`${tocsin.url}/o/acme/people`);
  await newcomer.page.getByRole('button', { name: 'Invite' }).waitFor();
  assert.equal(await newcomer.page.getByRole('button', { name: /Make owner/ }).count(), 0);
});

test('a token is shown once, works, and is revoked', async () => {
  const { page } = newcomer;
  await page.getByRole('link', { name: 'API tokens' }).click();
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('nightly report');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByRole('button', { name: 'Copy the token' }).waitFor();
  const token = await page.getByRole('dialog').locator('code').last().textContent();
  await page.getByRole('button', { name: 'Done' }).click();
  const script = tocsin.client({ token });
  assert.equal((await script.get(`${tocsin.org.path}/incidents`)).status, 200);
  await assertAccessible(page, 'the tokens');
  await page.getByRole('button', { name: 'Revoke nightly report' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('button', { name: 'Revoke nightly report' }).waitFor({ state: 'detached' });
  assert.equal((await script.get(`${tocsin.org.path}/incidents`)).status, 401);
});

test('a user ends other sessions and changes the password', async () => {
  const otherSession = tocsin.client();
  assert.equal((await otherSession.login(person)).status, 200);
  const { page } = newcomer;
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: /Account settings/ }).click();
  await page.getByText(/\(this session\)/).waitFor();
  await assertAccessible(page, 'the account');
  await page.getByRole('button', { name: 'End all other sessions' }).click();
  await eventually(async () => (await otherSession.get('/api/v1/session')).status === 401);
  await page.getByLabel('Current password').fill(person.password);
  person.password = fakePassword();
  await page.getByLabel('New password').fill(person.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Password changed').waitFor();
  assert.equal((await tocsin.client().login(person)).status, 200);
});

test('a forgotten password is reset with a link from the operator', async () => {
  const { stdout } = await tocsin.cli(['user', 'reset-password', person.email]);
  const link = /https?:\S+#\S+/.exec(stdout)?.[0];
  assert.ok(link, stdout);
  const { page } = await watchedPage(browser, [tocsin.url]);
  await page.goto(link);
  person.password = fakePassword();
  await page.getByLabel('New password').fill(person.password);
  await assertAccessible(page, 'the password reset');
  await screenshot(page, 'password-reset-light-desk');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await signIn(page, tocsin.url, person, '/o/acme/people');
  await page.getByRole('list', { name: 'Members' }).waitFor();
  await page.context().close();
});

test('the audit log is filtered and exported', async () => {
  const { page } = owner;
  await page.goto(`${tocsin.url}/o/acme/people/audit`);
  await page.getByRole('list', { name: 'Audit log' }).getByText('nightly report').first().waitFor();
  await assertAccessible(page, 'the audit log');
  await page.getByRole('textbox', { name: 'Target' }).fill('nightly');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL('**/audit?subject=nightly');
  await eventually(async () => (await page.getByRole('list', { name: 'Audit log' }).getByRole('listitem').count()) === 2);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as CSV' }).click();
  const text = (await (await download).createReadStream().then((stream) => stream.toArray())).join('');
  assert.equal(text.trim().split('\n').length, 3, text);
});

test('a removed member loses access', async () => {
  await owner.page.goto(`${tocsin.url}/o/acme/people`);
  await owner.page.getByRole('button', { name: 'Remove New Person' }).click();
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await owner.page.getByText('New Person').first().waitFor({ state: 'detached' });
  const client = tocsin.client();
  await client.login(person);
  assert.equal((await client.get(`${tocsin.org.path}/incidents`)).status, 404);
});

test('the pages logged no errors', () => {
  // A used link is answered with 404, and an ended session with 401.
  const expected = /status of 40[14]/;
  for (const { problems } of [owner, newcomer]) assert.deepEqual(problems.filter((text) => !expected.test(text)), []);
});
