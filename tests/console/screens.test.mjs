// Every screen of a large organization, also with menus and dialogs open: axe finds no violations, nothing is wider than its window, no
// texts or controls cover one another, and no errors are logged. By default at 320 px, dark, and at 1440 px, light; tests/console/world
// screens runs all widths in both themes. With TOCSIN_SCREENSHOTS=FOLDER, screenshots are written there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, screenshot, signIn, watchedPage } from '../support/browser.mjs';
import { assertLayout } from '../support/layout.mjs';
import { screensOf, variantsOf } from '../support/world/screens.mjs';
import { SIZE, startWorld } from '../support/world/world.mjs';

const only = process.env.TOCSIN_TEST_SCREENS_NAMED?.split(',').filter(Boolean) ?? [];
let tocsin;
let browser;
let openedDelivery;
before(async () => {
  tocsin = await startWorld();
  const owner = await tocsin.signInAs('owner');
  openedDelivery = (await owner.get(`${tocsin.org.path}/deliveries?outcome=opened`)).json.items[0].id;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

test('the world has its size', async () => {
  const counts = { deliveries: await tocsin.value("select count(*)::int from tocsin.deliveries where resource = 'event_alert'") };
  for (const table of ['incidents', 'services', 'integrations', 'members']) counts[table] = await tocsin.value(`select count(*)::int from tocsin.${table}`);
  const { projects, ...stored } = SIZE;
  assert.deepEqual(counts, stored);
  assert.equal(tocsin.world.projects, projects);
});

for (const { viewport, colorScheme } of variantsOf(process.env.TOCSIN_TEST_SCREENS === 'all')) {
  test(`every screen, ${viewport.width} px, ${colorScheme}`, { timeout: 900_000 }, async (t) => {
    const { page, problems } = await watchedPage(browser, [tocsin.url], { colorScheme, viewport });
    await signIn(page, tocsin.url, tocsin.org.people.owner, '/o/acme/incidents');
    for (const { name, path, shown, act } of screensOf(tocsin, openedDelivery)) {
      if (only.length > 0 && !only.includes(name)) continue;
      const where = `${name}, ${colorScheme}, ${viewport.width} px`;
      await t.test(name, async () => {
        await page.goto(`${tocsin.url}${path}`);
        await page.getByText(shown).filter({ visible: true }).first().waitFor();
        await act?.(page);
        await screenshot(page, `${name}-${colorScheme}-${viewport.width}`, { fullPage: act === undefined });
        await assertAccessible(page, where);
        await assertLayout(page, where);
      });
    }
    assert.deepEqual(problems.filter((text) => !/status of 404.*elsewhere/.test(text)), []);
    await page.context().close();
  });
}
