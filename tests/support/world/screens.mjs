// All screens of the console in the world: its pages, and its menus and dialogs when open.

const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' }).first();
const dialog = (page) => page.getByRole('dialog').first();

/** Presses a button and waits for what it opens. */
const opens = (name, role) => async (page) => {
  await button(page, name).click();
  await page.getByRole(role).first().waitFor();
};

/** On a phone, filters are behind a button. */
async function showFilters(page) {
  const filters = button(page, /^Filters/);
  if (await filters.isVisible()) await filters.click();
}

async function selectTwo(page) {
  for (const n of [0, 1]) await page.locator('[data-number] input[type=checkbox]').nth(n).check();
  await page.getByRole('region', { name: 'Selected incidents' }).waitFor();
}

/** `world`: what startWorld returns. Each screen: its name, its path, a text that it shows, and optionally what opens it. */
export function screensOf({ world, org }, openedDelivery) {
  const { integrations, services } = world;
  const o = `/o/${org.slug}`;
  const integration = ({ id }) => `${o}/integrations/${id}`;
  return [
    ['incidents', `${o}/incidents`, /connection slots/],
    ['incidents-filters', `${o}/incidents`, /connection slots/, showFilters],
    ['incidents-selected', `${o}/incidents`, /connection slots/, selectTwo],
    ['incident-new', `${o}/incidents`, /connection slots/, opens('New incident', 'dialog')],
    ['incidents-views', `${o}/incidents`, /connection slots/, opens(/^Views/, 'menu')],
    ['incidents-all', `${o}/incidents?status=all`, /connection slots/],
    ['incidents-none', `${o}/incidents?q=nothingmatches`, /No incidents|match/],
    ['incident', `${o}/incidents/700`, /Latest event/],
    ['incident-resolve', `${o}/incidents/700`, /High volume/, opens('Resolve', 'dialog')],
    ['incident-assign', `${o}/incidents/700`, /High volume/, opens('Assign…', 'dialog')],
    ['incident-rename', `${o}/incidents/700`, /High volume/, opens('Rename…', 'dialog')],
    ['incident-resolved', `${o}/incidents/693`, /Timeline/],
    ['incident-manual', `${o}/incidents/648`, /Timeline/],
    ['trends', `${o}/incidents/summary`, /Time to acknowledge|Median/],
    ['services', `${o}/services`, /Storefront/],
    ['service', `${o}/services/${services.get('checkout').id}`, /Recent incidents/],
    ['service-edit', `${o}/services/${services.get('checkout').id}`, /Recent incidents/, opens('Edit', 'dialog')],
    ['service-new', `${o}/services`, /Storefront/, opens('New service', 'dialog')],
    ['integrations', `${o}/integrations`, /Northwind/],
    ['integration', integration(integrations.connected), /mobile-api/],
    ['integration-disconnect', integration(integrations.connected), /mobile-api/, opens('Disconnect', 'dialog')],
    ['integration-degraded', integration(integrations.degraded), /Degraded/],
    ['integration-refused', integration(integrations.refused), /Disconnected/],
    ['integration-ended', integration(integrations.ended), /Disconnected/],
    ['integration-waiting', integration(integrations.waiting), /Pending/],
    ['integration-choosing', integration(integrations.choosing), /Pending/],
    ['unmapped', `${o}/integrations/unmapped`, /checkout/],
    ['connect', `${o}/integrations/connect`, /Continue to Sentry/],
    ['connect-internal', `${o}/integrations/connect?mode=internal`, /Client secret/],
    ['setup', `${o}/integrations/setup`, /webhooks\/sentry/],
    ['deliveries', `${o}/deliveries`, /Opened/],
    ['delivery', `${o}/deliveries/${openedDelivery}`, /Processing steps/],
    ['people', `${o}/people`, /Olivia Ortega/],
    ['people-invite', `${o}/people`, /Olivia Ortega/, opens('Invite', 'dialog')],
    ['settings', `${o}/people/settings`, /Assign to me on acknowledge/],
    ['tokens', `${o}/people/tokens`, /nightly report/],
    ['audit', `${o}/people/audit`, /invitation|service/],
    ['account', `${o}/account`, /\(this session\)/],
    ['account-menu', `${o}/services`, /Storefront/, opens('Your account', 'menu')],
    ['alerts', `${o}/incidents`, /connection slots/, async (page) => {
      await button(page, /^Alerts/).click();
      await page.getByRole('region', { name: 'Alerts' }).waitFor();
    }],
    ['shortcuts', `${o}/incidents`, /connection slots/, async (page) => {
      await page.keyboard.press('?');
      await dialog(page).waitFor();
    }],
    ['palette', `${o}/incidents`, /connection slots/, async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search incidents and commands' }).fill('check');
      await dialog(page).getByRole('option').first().waitFor();
    }],
    ['not-found', '/o/elsewhere/incidents', /Organization not found/],
  ].map(([name, path, shown, act]) => ({ name, path, shown, act }));
}

const themes = ['light', 'dark'];
const viewports = [[320, 700], [390, 844], [1024, 768], [1440, 900]].map(([width, height]) => ({ width, height }));

/** All widths in both themes, or the narrowest and the widest, one in each theme. */
export const variantsOf = (isAll) => isAll
  ? viewports.flatMap((viewport) => themes.map((colorScheme) => ({ viewport, colorScheme })))
  : [{ viewport: viewports[0], colorScheme: 'dark' }, { viewport: viewports[3], colorScheme: 'light' }];
