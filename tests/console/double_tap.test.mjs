// A second tap where Acknowledge was, or a second key right after the first, does not resolve the incident.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { assertAccessible, launch, signIn, watchedPage } from '../support/browser.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connectWithMapping, control } from '../support/steps.mjs';

let tocsin;
let browser;
let number = 0;
before(async () => {
  tocsin = await startTocsin();
  await connectWithMapping(tocsin, await tocsin.signInAs('admin'));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});
beforeEach(async () => {
  number += 1;
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', level: 'fatal', title: `Problem ${number}` });
});

const statusOf = (n) => tocsin.value(`select status from tocsin.incidents where number = ${n}`);

/** A signed-in page, and the actions that it requests. */
async function openPage(path, options) {
  const { page, problems } = await watchedPage(browser, [tocsin.url], options);
  const actions = [];
  page.on('request', (request) => {
    const action = /\/incidents\/(?:\d+\/)?(acknowledge|resolve|reopen|bulk)$/.exec(new URL(request.url()).pathname);
    if (action && request.method() === 'POST') actions.push(action[1]);
  });
  await signIn(page, tocsin.url, tocsin.org.people.responder, path);
  return { page, problems, actions };
}

/** The middle of an element. */
async function middleOf(element) {
  const box = await element.boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

for (const [name, viewport] of [['phone', { width: 390, height: 760 }], ['desktop', { width: 1280, height: 800 }]]) {
  test(`a double tap on Acknowledge only acknowledges, on a ${name}`, async () => {
    const { page, problems, actions } = await openPage(`/o/acme/incidents/${number}`, { viewport });
    const [x, y] = await middleOf(page.getByRole('button', { name: 'Acknowledge' }));
    const tap = () => page.mouse.click(x, y);
    const acknowledged = page.waitForResponse((answer) => answer.url().endsWith('/acknowledge'));
    await tap();
    await acknowledged;
    await page.getByRole('button', { name: 'Resolve' }).and(page.locator(':enabled:not([data-loading])')).waitFor();
    await tap();
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(actions, ['acknowledge']);
    assert.equal(await statusOf(number), 'acknowledged');
    await assertAccessible(page, 'an acknowledged incident');
    assert.deepEqual(problems, []);
    await page.context().close();
  });
}

test('keys in quick succession act once, and resolving offers a note', async () => {
  const { page, problems, actions } = await openPage('/o/acme/incidents');
  await page.getByRole('link', { name: new RegExp(`Problem ${number}$`) }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('a');
  await page.keyboard.press('r');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await eventually(async () => (await statusOf(number)) === 'acknowledged');
  const dialog = page.getByRole('dialog', { name: `Resolve #${number}` });
  await eventually(async () => {
    await page.keyboard.press('r');
    return dialog.isVisible();
  });
  await assertAccessible(page, 'the dialog that resolves');
  await dialog.getByRole('textbox').fill('The provider is back.');
  const resolved = page.waitForResponse((answer) => answer.url().endsWith('/resolve'));
  await page.keyboard.press('Enter');
  assert.equal((await resolved).status(), 200);
  assert.deepEqual(actions, ['acknowledge', 'resolve']);
  assert.equal(await statusOf(number), 'resolved');
  assert.equal(await tocsin.value(`select text from tocsin.timeline where incident_number = ${number} and kind = 'resolved'`), 'The provider is back.');
  assert.deepEqual(problems, []);
  await page.context().close();
});
