// A Sentry project gets another slug, and another project takes the former one. Tocsin knows projects by their ids.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectWithMapping, control } from '../support/steps.mjs';

let tocsin;
let admin;
let integration;
let organization = 'northwind';
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  integration = await connectWithMapping(tocsin, admin);
});
after(() => tocsin?.stop());

const rename = (project, slug) => control(tocsin, `organizations/${organization}/projects/${project}/rename`, { slug });
const openIssue = async (project) => (await control(tocsin, `organizations/${organization}/issues`, { project })).issue;
const fireMetric = (project, id) => control(tocsin, `organizations/${organization}/metric-alerts`, { action: 'critical', id, rule_id: id, projects: [project] });
const readNewest = async (collection) => (await admin.get(`${tocsin.org.path}/${collection}?limit=1`)).json.items[0];
const readOutcome = async () => (await readNewest('deliveries')).outcome;
const readIncident = async (number) => (await admin.get(`${tocsin.org.path}/incidents/${number}`)).json;
const readMappedSlugs = async () => (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/mappings`)).json.items.map((mapping) => mapping.sentry_project.slug);

test('webhooks before and after a rename go to one service, and the new slug is shown', async () => {
  const issue = await openIssue('checkout');
  const { number } = await readNewest('incidents');
  await rename('checkout', 'payments');
  await control(tocsin, `issues/${issue.id}/events`, { rule: 'A rule' });
  assert.equal(await readOutcome(), 'updated');
  assert.equal((await readIncident(number)).occurrences, 2);
  assert.deepEqual(await readMappedSlugs(), ['payments']);
  await control(tocsin, `issues/${issue.id}/resolve`);
  assert.equal((await readIncident(number)).status, 'resolved');
});

test('a metric alert that names only the new slug opens an incident', async () => {
  await fireMetric('payments', '9001');
  assert.equal(await readOutcome(), 'opened');
  assert.equal((await readNewest('incidents')).source.kind, 'metric_alert');
});

test('another project with the former slug is not mapped', async () => {
  await control(tocsin, `organizations/${organization}/projects`, { slug: 'checkout' });
  await control(tocsin, `organizations/${organization}/issues`, { project: 'checkout', short_id: 'CHECKOUT-900' });
  assert.equal(await readOutcome(), 'unmapped');
  await fireMetric('checkout', '9002');
  assert.equal(await readOutcome(), 'unmapped');
  assert.deepEqual(await readMappedSlugs(), ['payments']);
});

test('organization and project are renamed between the webhooks of one issue', async () => {
  const issue = await openIssue('payments');
  const { number } = await readNewest('incidents');
  await control(tocsin, `organizations/${organization}/rename`, { slug: 'southwind' });
  organization = 'southwind';
  await rename('payments', 'invoices');
  await control(tocsin, `issues/${issue.id}/events`, { rule: 'A rule' });
  assert.equal((await readIncident(number)).occurrences, 2);
  await control(tocsin, `issues/${issue.id}/resolve`);
  assert.equal((await readIncident(number)).status, 'resolved');
  await rename('invoices', 'checkout-2');
  await control(tocsin, `issues/${issue.id}/unresolve`);
  assert.equal((await readIncident(number)).status, 'open');
  assert.deepEqual(await readMappedSlugs(), ['checkout-2']);
  const { items } = (await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).json;
  assert.ok(items.some((project) => project.slug === 'checkout-2'));
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json.sentry_org.slug, 'southwind');
});
