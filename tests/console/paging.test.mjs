// On a phone: a webhook opens an incident, its page shows who was paged by email, and acknowledging ends the alarm.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { MailServer } from '../support/mail_server.mjs';
import { connect, control, createService, mapProject } from '../support/steps.mjs';

const PHONE = { width: 390, height: 844 };

let mail;
let tocsin;
let admin;
let browser;
before(async () => {
  mail = await MailServer.start();
  tocsin = await startTocsin({ env: { TOCSIN_SMTP_URL: mail.url, TOCSIN_MAIL_FROM: 'tocsin@acme.example' } });
  admin = await tocsin.signInAs('admin');
  const integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
  await mail?.stop();
});

const read = async (part) => (await admin.get(`${tocsin.org.path}/incidents/1/${part}`)).json;

test('a page arrives, its proof is on the incident, and acknowledging cancels what is not sent yet', async () => {
  // The mail server takes no message at first, so that pages are due again.
  mail.dataReply = '451 try later';
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'fatal', title: 'TimeoutError: the payment gateway does not answer' });
  const tried = ({ attempts }) => attempts.some(({ outcome }) => outcome === 'failed');
  await eventually(async () => {
    const { items } = await read('pages');
    return items.length === 2 && items.every(tried);
  }, { what: 'two pages that the mail server did not take' });

  const { page, problems } = await watchedPage(browser, [tocsin.url], { viewport: PHONE, hasTouch: true });
  await signIn(page, tocsin.url, tocsin.org.people.responder, '/o/acme/incidents/1');
  const panel = page.getByRole('region', { name: 'Who knows' });
  await panel.getByText('No person has been reached yet.').waitFor();
  await panel.getByRole('list', { name: 'Failed attempts' }).first().waitFor();
  await panel.getByText(/^Next:/).waitFor();
  await assertAccessible(page, 'who knows on a phone');
  await screenshot(page, 'paging-phone-unreached', { fullPage: true });

  await page.getByRole('button', { name: 'Acknowledge' }).tap();
  await panel.getByText(/^A person acknowledged the incident/).waitFor();
  await panel.getByText('Canceled').first().waitFor();
  assert.equal((await read('alarm')).state, 'acknowledged');
  assert.deepEqual((await read('pages')).items.map(({ state }) => state), ['cancelled', 'cancelled']);
  await screenshot(page, 'paging-phone-acknowledged', { fullPage: true });
  assert.deepEqual(problems, []);
  await page.context().close();
});
