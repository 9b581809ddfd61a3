// A paged engineer opens a link on a phone, signs in, acknowledges, adds a note, and resolves with the keyboard. An admin reconnects Sentry.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject } from '../support/steps.mjs';

const PHONE = { width: 320, height: 640 };

let tocsin;
let integration;
let browser;
before(async () => {
  tocsin = await startTocsin();
  const admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'fatal', title: 'TimeoutError: the payment gateway does not answer' });
  await control(tocsin, `issues/${issue.id}/events`, { environment: 'production' });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

const status = () => tocsin.value('select status from tocsin.incidents where number = 1');

test('an incident is handled on a phone from a link, with the keyboard only', async (t) => {
  const { page, problems } = await watchedPage(browser, [tocsin.url], { viewport: PHONE, hasTouch: true });
  const { email, password } = tocsin.org.people.responder;
  // Using a pointer would be an error of this test.
  await page.addInitScript(() => addEventListener('pointerdown', () => console.error('a pointer was used'), true));
  await page.goto(`${tocsin.url}/o/acme/incidents/1`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  const start = performance.now();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Acknowledge' }).waitFor();
  t.diagnostic(`from Enter to the incident: ${Math.round(performance.now() - start)} ms`);
  assert.equal(new URL(page.url()).pathname, '/o/acme/incidents/1');
  // The actions are above the fold.
  for (const name of ['Acknowledge', 'Resolve']) {
    const box = await page.getByRole('button', { name }).boundingBox();
    assert.ok(box && box.y + box.height <= PHONE.height, `${name} is below the fold`);
  }
  await assertAccessible(page, 'the incident on a phone');
  await screenshot(page, 'oncall-phone');

  const acknowledged = page.waitForResponse((answer) => answer.url().endsWith('/acknowledge'));
  await page.keyboard.press('a');
  assert.equal((await acknowledged).status(), 200);
  assert.equal(await status(), 'acknowledged');

  await page.keyboard.press('n');
  await page.keyboard.type('The provider has an outage; traffic goes through the second one.');
  const noted = page.waitForResponse((answer) => answer.url().endsWith('/notes'));
  await page.keyboard.press('Control+Enter');
  assert.equal((await noted).status(), 201);
  await page.getByText('The provider has an outage', { exact: false }).first().waitFor();

  await page.keyboard.press('Escape');
  const resolved = page.waitForResponse((answer) => answer.url().endsWith('/resolve'));
  const dialog = page.getByRole('dialog', { name: 'Resolve #1' });
  // A key within a second of the acknowledgment would be ignored.
  await eventually(async () => {
    await page.keyboard.press('r');
    return dialog.isVisible();
  });
  await page.keyboard.type('Traffic goes through the second provider.');
  await page.keyboard.press('Enter');
  assert.equal((await resolved).status(), 200);
  assert.equal(await status(), 'resolved');
  await page.getByRole('button', { name: /^Undo|^Reopen/ }).first().waitFor();

  await page.keyboard.press('u');
  await page.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor();
  await page.getByText('No active incidents').waitFor();
  assert.deepEqual(problems, []);
  await page.context().close();
});

test('the list and the command palette work with the keyboard', async () => {
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'Second problem' });
  const { page, problems } = await watchedPage(browser, [tocsin.url]);
  await signIn(page, tocsin.url, tocsin.org.people.responder, '/o/acme/incidents');
  await page.getByRole('link', { name: /Second problem/ }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Acknowledge' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search incidents and commands' }).fill('deliveries');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Deliveries', level: 1 }).waitFor();
  assert.deepEqual(problems, []);
  await page.context().close();
});

test('an admin reconnects a disconnected integration with its mappings', async () => {
  const { page, problems } = await watchedPage(browser, [tocsin.url, tocsin.sandboxUrl]);
  await signIn(page, tocsin.url, tocsin.org.people.admin, `/o/acme/integrations/${integration.id}`);
  await page.getByText('1 of', { exact: false }).first().waitFor();
  await page.getByRole('button', { name: /^Disconnect/ }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('northwind');
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('Disconnected by an admin').first().waitFor();
  await assertAccessible(page, 'a disconnected integration');
  await screenshot(page, 'integration-disconnected');
  // The banner on other pages links to the page of the integration.
  await page.getByRole('link', { name: 'Incidents' }).first().click();
  await page.getByRole('link', { name: /Sentry: Northwind/ }).click();
  await page.getByRole('button', { name: /^Reconnect/ }).first().click();
  await page.getByText('Connected', { exact: true }).first().waitFor();
  await page.getByText('1 of', { exact: false }).first().waitFor();
  assert.equal(await tocsin.value('select count(*) from tocsin.mappings where active'), 1);
  assert.equal(await tocsin.value("select status from tocsin.integrations"), 'connected');
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'Third problem' });
  await page.getByRole('link', { name: 'Incidents' }).first().click();
  await page.getByRole('link', { name: /Third problem/ }).waitFor();
  assert.deepEqual(problems, []);
  await page.context().close();
});
