// 150 hostile strings in every field that Sentry or a user can write, on every page: they are shown as text, nothing runs or is
// loaded, the Content-Security-Policy is not violated, and the page logs no errors.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launch, signIn, watchedPage } from '../support/browser.mjs';
import { startTocsin } from '../support/harness.mjs';
import { injectionStrings } from '../support/injection_strings.mjs';
import { connect, createService, mapProject } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const nth = (n) => injectionStrings[n % injectionStrings.length];
const CONCURRENCY = 8;

let tocsin;
let integration;
let browser;
let page;
let problems;

async function inParallel(count, work) {
  let next = 0;
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    for (let n = next++; n < count; n = next++) await work(n);
  }));
}

/** Sends deliveries about an issue with a different string in each field. */
async function sendDeliveries(n, service) {
  const project = n % 2 === 0 ? { id: String(7_000_000 + n), slug: nth(n + 1), name: nth(n + 2) } : { id: '4505281256090153', slug: nth(n + 3), name: nth(n + 4) };
  const bodies = new IssueBodies(integration.installation_id, project);
  bodies.id = String(5_000_000 + n);
  const actor = { type: 'user', id: 7, name: nth(n + 5), email: nth(n + 6) };
  const issue = bodies.issue('created', {
    title: nth(n), culprit: nth(n + 7), shortId: nth(n + 8), permalink: nth(n + 9), web_url: nth(n + 10), url: nth(n + 11), platform: nth(n + 12), level: 'error',
    metadata: { type: nth(n + 13), value: nth(n + 14), filename: nth(n + 15), function: nth(n + 16) }, assignedTo: { type: 'user', name: nth(n + 17), email: nth(n + 18) },
  });
  const alert = bodies.alert({
    rule: nth(n + 19), title: nth(n + 20), culprit: nth(n + 21), release: nth(n + 22), environment: nth(n + 23), url: nth(n + 24), web_url: nth(n + 25), message: nth(n + 26),
    tags: [['environment', nth(n + 27)], [nth(n + 28), nth(n + 29)], ['release', nth(n + 30)], ['level', 'error']], user: { email: nth(n + 31), username: nth(n + 32) },
    exception: { values: [{ type: nth(n + 33), value: nth(n + 34), stacktrace: { frames: [{ function: nth(n + 35), filename: nth(n + 36), vars: { [nth(n + 37)]: nth(n + 38) } }] } }] },
  });
  const settings = { issue_alert: { title: nth(n + 19), settings: [{ name: 'service', value: service.slug }, { name: 'notes', value: nth(n + 39) }, { name: 'environments', value: '' }] } };
  alert.data.issue_alert = settings.issue_alert;
  const assigned = bodies.issue('assigned', { title: nth(n), assignedTo: { type: 'user', name: nth(n + 40), email: nth(n + 41) } });
  const comment = {
    action: 'created', installation: { uuid: integration.installation_id }, actor,
    data: { comment_id: n + 1, issue_id: bodies.id, project_slug: project.slug, timestamp: new Date().toISOString(), comment: nth(n + 42) },
  };
  for (const body of [issue, alert, assigned, comment]) body.actor = actor;
  for (const [resource, body] of [['issue', issue], ['event_alert', alert], ['issue', assigned], ['comment', comment]]) {
    const answer = await tocsin.sendWebhook({ resource, body, requestId: randomUUID() });
    assert.equal(answer.status, 200, answer.text);
  }
}

before(async () => {
  tocsin = await startTocsin();
  const owner = await tocsin.signInAs('owner');
  integration = await connect(tocsin, owner, tocsin.org);
  const service = await createService(owner, tocsin.org, 'checkout');
  await mapProject(owner, tocsin.org, integration, 'checkout', service);
  await inParallel(injectionStrings.length, async (n) => {
    await owner.post(`${tocsin.org.path}/services`, { slug: `service-${n}`, name: nth(n), description: nth(n + 1) });
    await tocsin.sentry.post('/control/organizations/northwind/projects', { slug: `hostile-${n}`, name: nth(n) });
    await sendDeliveries(n, service);
  });
  const numbers = (await tocsin.sql('select number from tocsin.incidents order by number')).map((row) => row.number);
  assert.ok(numbers.length >= injectionStrings.length / 2, `only ${numbers.length} incidents`);
  for (const number of numbers) await owner.post(`${tocsin.org.path}/incidents/${number}/notes`, { text: nth(number) });
  browser = await launch();
  ({ page, problems } = await watchedPage(browser, [tocsin.url]));
  await page.addInitScript(() => {
    window.injectionRan = () => console.error('a hostile string ran');
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await signIn(page, tocsin.url, tocsin.org.people.owner, '/o/acme/services');
});
after(async () => {
  await browser?.close();
  await tocsin?.stop();
});

/** The page has only elements that the console itself creates. */
async function assertOnlyText(where) {
  const foreign = await page.evaluate(() => {
    const elements = [...document.querySelectorAll('iframe, object, embed, base, meta[http-equiv], link[rel=import], img, video, audio, math, template, marquee, body [onload], body [onerror], [onclick], [onfocus]')];
    const scripts = [...document.scripts].filter((script) => !script.src.startsWith(`${location.origin}/assets/`));
    const links = [...document.links].filter((link) => !['http:', 'https:'].includes(link.protocol));
    return [...elements, ...scripts, ...links].map((element) => element.outerHTML.slice(0, 200));
  });
  assert.deepEqual(foreign, [], where);
  assert.deepEqual(problems, [], where);
}

async function visit(path, shown) {
  await page.goto(`${tocsin.url}${path}`);
  await shown.waitFor();
  await assertOnlyText(path);
}

/** Goes to another page like a link, without reloading. */
async function navigateTo(path, title) {
  await page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
  }, path);
  await page.waitForFunction((wanted) => document.title.startsWith(wanted), title);
}

test('the lists', async () => {
  await visit('/o/acme/services', page.getByText('service-149'));
  await visit('/o/acme/integrations', page.getByText('Northwind').first());
  await visit(`/o/acme/integrations/${integration.id}`, page.getByText('hostile-149'));
  await visit('/o/acme/integrations/unmapped', page.getByRole('list', { name: 'Unmapped projects' }));
  for (const list of ['incidents', 'deliveries']) {
    await visit(`/o/acme/${list}?status=all`, page.getByRole('list', { name: list, exact: false }).first());
    const rows = () => page.locator('main ol > li').count();
    for (let shown = await rows(); shown < 300 && (await page.getByRole('button', { name: 'Load more' }).isVisible()); shown = await rows()) {
      await page.getByRole('button', { name: 'Load more' }).click();
      await page.waitForFunction((before) => document.querySelectorAll('main ol > li').length > before, shown);
    }
    await assertOnlyText(list);
  }
});

test('every incident', async (t) => {
  const incidents = await tocsin.sql('select number, title from tocsin.incidents order by number');
  await visit('/o/acme/incidents/1', page.getByRole('heading', { level: 1, name: /^#1 / }));
  for (const { number, title } of incidents) {
    await navigateTo(`/o/acme/incidents/${number}`, `#${number}`);
    await page.getByRole('list', { name: 'Timeline' }).or(page.locator('main ol')).first().waitFor();
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), `#${number} ${title}`);
    await assertOnlyText(`incident ${number}`);
  }
  t.diagnostic(`${incidents.length} incidents`);
});

test('every delivery of an alert, with its processing steps and body', async (t) => {
  const deliveries = await tocsin.sql("select delivery_id from tocsin.deliveries where resource = 'event_alert'");
  for (const { delivery_id: id } of deliveries) {
    await navigateTo(`/o/acme/deliveries/${id}`, 'event_alert');
    await page.getByRole('region', { name: 'Body of the delivery' }).waitFor();
    await assertOnlyText(`delivery ${id}`);
  }
  t.diagnostic(`${deliveries.length} deliveries`);
});

test('the search, the palette and the address', async () => {
  for (const text of injectionStrings.slice(0, 40)) {
    await page.goto(`${tocsin.url}/o/acme/incidents?status=all&q=${encodeURIComponent(text)}`);
    await page.getByRole('searchbox', { name: 'Search incidents' }).waitFor();
    await assertOnlyText(`searching ${text}`);
  }
  await visit(`/o/acme/integrations?connect_error=other_organization&expected=${encodeURIComponent(nth(0))}&found=${encodeURIComponent(nth(2))}`, page.getByRole('alert'));
});
