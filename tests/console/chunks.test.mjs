// The parts of the console are loaded in advance, so that an incident opens without a network. Where a part is missing, because the
// server was upgraded, the page reloads once, and then says what happened.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, signIn, watchedPage } from '../support/browser.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connectWithMapping, control } from '../support/steps.mjs';

let tocsin;
let browser;
before(async () => {
  tocsin = await startTocsin();
  await connectWithMapping(tocsin, await tocsin.signInAs('admin'));
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'Payment declined' });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

async function openList() {
  const { page } = await watchedPage(browser, [tocsin.url]);
  await signIn(page, tocsin.url, tocsin.org.people.responder, '/o/acme/incidents');
  const link = page.getByRole('link', { name: /Payment declined/ });
  await link.waitFor();
  return { page, link };
}

test('without a network, an incident opens, and an action is offered again', async () => {
  const { page, link } = await openList();
  const loaded = () => performance.getEntriesByType('resource').filter(({ name }) => /\/assets\/note_form|\/assets\/detail_page/.test(name)).length;
  await eventually(() => page.evaluate(loaded));
  await eventually(() => page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => /\/assets\/account_page/.test(name))));
  await page.context().setOffline(true);
  await link.click();
  await page.getByRole('heading', { level: 1, name: /Payment declined/ }).waitFor();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText('Not sent', { exact: true }).waitFor();
  await assertAccessible(page, 'an action that was not sent');
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('Acknowledged #1.').waitFor();
  assert.equal(await page.getByText('Not sent', { exact: true }).count(), 0);
  await page.context().close();
});

test('a missing part reloads the page once and is then explained', async () => {
  const { page, problems } = await watchedPage(browser, [tocsin.url]);
  await page.route(/\/assets\/services_page/, (route) => route.fulfill({ status: 404 }));
  await signIn(page, tocsin.url, tocsin.org.people.responder, '/o/acme/incidents');
  await page.getByRole('link', { name: /Payment declined/ }).waitFor();
  let loads = 0;
  page.on('load', () => { loads += 1; });
  await page.getByRole('link', { name: 'Services', exact: true }).click();
  await page.waitForEvent('load');
  await page.getByText('This page could not be loaded').waitFor();
  await assertAccessible(page, 'a missing part');
  assert.equal(loads, 1);
  assert.deepEqual(problems.filter((text) => !/services_page/.test(text)), []);
  await page.unroute(/\/assets\/services_page/);
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByRole('heading', { level: 1, name: 'Services' }).waitFor();
  await page.context().close();
});

test('assets are sent compressed, and cached forever', async () => {
  const html = await (await fetch(`${tocsin.url}/login`)).text();
  const script = /\/assets\/shared-[^"]+\.js/.exec(html)[0];
  const lengths = {};
  for (const coding of ['br', 'gzip', 'identity']) {
    const response = await fetch(tocsin.url + script, { headers: { 'accept-encoding': coding } });
    assert.equal(response.headers.get('content-encoding') ?? 'identity', coding);
    assert.equal(response.headers.get('vary'), 'Accept-Encoding');
    assert.match(response.headers.get('cache-control'), /immutable/);
    assert.match(await response.text(), /createRoot/);
    lengths[coding] = Number(response.headers.get('content-length'));
  }
  assert.ok(lengths.br < lengths.gzip && lengths.gzip < lengths.identity / 3, JSON.stringify(lengths));
});
