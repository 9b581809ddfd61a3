// People come in by a link, get a role, lose it; machines get a token; a password is changed and set anew; all of it is in the audit log.
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

test('an invitation makes an account and a member', async () => {
  const { page } = owner;
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('textbox', { name: 'Email' }).fill(person.email);
  await page.getByRole('combobox', { name: 'Role', exact: true }).selectOption('viewer');
  await page.getByRole('button', { name: 'Make the link' }).click();
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
  await newcomer.page.getByText('All quiet').waitFor();

  await newcomer.page.goto(link);
  await newcomer.page.getByRole('heading', { name: 'This link does not work' }).waitFor();
  const secret = new URL(link).hash.slice(1);
  assert.deepEqual(tocsin.service.lines.filter((line) => JSON.stringify(line).includes(secret)), [], 'the secret of the link is in no log');
});

test('a role holds from the next request on', async () => {
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
  await page.getByRole('button', { name: 'Make the token' }).click();
  await page.getByRole('button', { name: 'Copy the token' }).waitFor();
  const token = await page.getByRole('dialog').locator('code').last().textContent();
  await page.getByRole('button', { name: 'Done' }).click();
  const machine = tocsin.client({ token });
  assert.equal((await machine.get(`${tocsin.org.path}/incidents`)).status, 200);
  await assertAccessible(page, 'the tokens');
  await page.getByRole('button', { name: 'Revoke nightly report' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('button', { name: 'Revoke nightly report' }).waitFor({ state: 'detached' });
  assert.equal((await machine.get(`${tocsin.org.path}/incidents`)).status, 401);
});

test('the own sessions are listed and ended, the password is changed', async () => {
  const elsewhere = tocsin.client();
  assert.equal((await elsewhere.login(person)).status, 200);
  const { page } = newcomer;
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: /Name, password/ }).click();
  await page.getByText(/\(this one\)/).waitFor();
  await assertAccessible(page, 'the account');
  await page.getByRole('button', { name: 'End all others' }).click();
  await eventually(async () => (await elsewhere.get('/api/v1/session')).status === 401);
  await page.getByLabel('Password now').fill(person.password);
  person.password = fakePassword();
  await page.getByLabel('New password').fill(person.password);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('The password is changed').waitFor();
  assert.equal((await tocsin.client().login(person)).status, 200);
});

test('a forgotten password is set anew by the link of an operator', async () => {
  const { stdout } = await tocsin.cli(['user', 'reset-password', person.email]);
  const link = /https?:\S+#\S+/.exec(stdout)?.[0];
  assert.ok(link, stdout);
  const { page } = await watchedPage(browser, [tocsin.url]);
  await page.goto(link);
  person.password = fakePassword();
  await page.getByLabel('New password').fill(person.password);
  await assertAccessible(page, 'a new password');
  await screenshot(page, 'password-reset-light-desk');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await signIn(page, tocsin.url, person, '/o/acme/people');
  await page.getByRole('list', { name: 'Members' }).waitFor();
  await page.context().close();
});

test('all of it is in the audit log, which is filtered and exported', async () => {
  const { page } = owner;
  await page.goto(`${tocsin.url}/o/acme/people/audit`);
  await page.getByRole('list', { name: 'Audit log' }).getByText('nightly report').first().waitFor();
  await assertAccessible(page, 'the audit log');
  await page.getByRole('textbox', { name: 'To what' }).fill('nightly');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL('**/audit?subject=nightly');
  await eventually(async () => (await page.getByRole('list', { name: 'Audit log' }).getByRole('listitem').count()) === 2);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as CSV' }).click();
  const text = (await (await download).createReadStream().then((stream) => stream.toArray())).join('');
  assert.equal(text.trim().split('\n').length, 3, text);
});

test('who is removed sees nothing more', async () => {
  await owner.page.goto(`${tocsin.url}/o/acme/people`);
  await owner.page.getByRole('button', { name: 'Remove New Person' }).click();
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await owner.page.getByText('New Person').first().waitFor({ state: 'detached' });
  const client = tocsin.client();
  await client.login(person);
  assert.equal((await client.get(`${tocsin.org.path}/incidents`)).status, 404);
});

test('the pages broke no rule', () => {
  // A used link is answered 404, and a session that was ended 401.
  const expected = /status of 40[14]/;
  for (const { problems } of [owner, newcomer]) assert.deepEqual(problems.filter((text) => !expected.test(text)), []);
});
