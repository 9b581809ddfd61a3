// Screens on a phone, at 400% zoom, and with forced colors: controls are large enough to touch, no bar stays in place where it would cover
// the page, and what is chosen is marked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { assertLayout, assertNoBars, assertTouchTargets } from '../support/layout.mjs';
import { screensOf } from '../support/world/screens.mjs';
import { startWorld } from '../support/world/world.mjs';

let tocsin;
let browser;
before(async () => {
  tocsin = await startWorld();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

/** Opens some screens in turn; `check(page, where)`. */
async function checkScreens(t, names, options, check) {
  const { page, problems } = await watchedPage(browser, [tocsin.url], options);
  await signIn(page, tocsin.url, tocsin.org.people.owner, '/o/acme/incidents');
  for (const { name, path, shown, act } of screensOf(tocsin).filter((screen) => names.includes(screen.name))) {
    await t.test(name, async () => {
      await page.goto(`${tocsin.url}${path}`);
      await page.getByText(shown).filter({ visible: true }).first().waitFor();
      await act?.(page);
      await check(page, name);
    });
  }
  assert.deepEqual(problems, []);
  await page.context().close();
}

test('at 400% zoom, the page scrolls as a whole', (t) =>
  checkScreens(t, ['incidents', 'incidents-selected', 'incident', 'services', 'deliveries', 'account'], { viewport: { width: 320, height: 256 } }, async (page, where) => {
    await assertLayout(page, where);
    await assertNoBars(page, where);
    await screenshot(page, `zoomed-${where}`);
  }));

test('controls are large enough to touch', (t) =>
  checkScreens(t, ['incidents', 'incidents-filters', 'incidents-selected', 'incident', 'incident-resolve', 'incident-assign', 'account-menu'], { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, async (page, where) => {
    await assertTouchTargets(page, where);
    await assertLayout(page, where);
    await screenshot(page, `touch-${where}`);
  }));

test('with forced colors, what is chosen is marked', (t) =>
  checkScreens(t, ['incidents-selected'], { forcedColors: 'active' }, async (page, where) => {
    for (const chosen of ['[data-number][data-selected]', 'nav [data-status=active]']) {
      const width = await page.locator(chosen).first().evaluate((element) => getComputedStyle(element).outlineWidth);
      assert.equal(width, '2px', chosen);
    }
    await assertAccessible(page, where);
    await screenshot(page, `forced-colors-${where}`);
  }));
