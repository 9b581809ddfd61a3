// Searching incidents and filtering lists; options of mappings; the service that the inbox suggests.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, createService, mapProject } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
let integration;
let checkout;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  checkout = await createService(admin, tocsin.org, 'checkout');
});
after(() => tocsin?.stop());

const listNumbers = async (query, client = admin) => {
  const response = await client.get(`${tocsin.org.path}/incidents?${query}`);
  assert.equal(response.status, 200, response.text);
  return response.json.items.map((item) => item.number).sort();
};
const openIncident = async (title) => (await admin.post(`${tocsin.org.path}/incidents`, { title, service_id: checkout.id })).json.number;

test('the inbox suggests the service with the most similar name', async () => {
  const bodies = new IssueBodies(integration.installation_id);
  await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue('created') });
  const [unmapped] = (await admin.get(`${tocsin.org.path}/unmapped`)).json.items;
  assert.match(unmapped.project.slug, /checkout/);
  assert.deepEqual(unmapped.suggested_service, { id: checkout.id, slug: 'checkout', name: checkout.name });
});

test('a mapping configures whether archiving resolves and whether an error opens an incident', async () => {
  const mapping = await mapProject(admin, tocsin.org, integration, 'checkout', checkout, { on_archive: 'keep' });
  assert.deepEqual([mapping.on_archive, mapping.open_on_error], ['keep', false]);
  const bodies = new IssueBodies(integration.installation_id);
  for (const action of ['created', 'archived']) await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue(action) });
  const [incident] = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items;
  assert.equal((await admin.get(`${tocsin.org.path}/incidents/${incident.number}`)).json.status, 'open');
  const path = `${tocsin.org.path}/integrations/${integration.id}/mappings/${mapping.id}`;
  const changed = await admin.patch(path, { on_archive: 'resolve', open_on_error: true });
  assert.deepEqual([changed.json.on_archive, changed.json.open_on_error], ['resolve', true], changed.text);
  const refused = await admin.patch(path, { on_archive: 'drop' });
  assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'on_archive']);
});

test('a search finds all given word prefixes in title, culprit, short id, and project', async () => {
  const payment = await openIncident('Payment gateway does not answer');
  const special = await openIncident("It's a \\ strange' name & (more) | !x:*");
  assert.deepEqual(await listNumbers('q=paym'), [payment]);
  assert.deepEqual(await listNumbers('q=paym%20ANSW'), [payment]);
  assert.deepEqual(await listNumbers('q=paym%20strange'), []);
  assert.deepEqual(await listNumbers("q=it's"), [special]);
  assert.deepEqual(await listNumbers(`q=${encodeURIComponent("strange' (mor")}`), [special]);
  assert.deepEqual(await listNumbers('q=%20%20'), await listNumbers(''));
  assert.deepEqual(await listNumbers('q=%23' + payment), [payment]);
  const wide = await openIncident('カート決済　タイムアウト – cart\u2003total');
  assert.deepEqual(await listNumbers(`q=${encodeURIComponent('カート決済　タイム')}`), [wide], 'Unicode spaces separate words');
  assert.deepEqual(await listNumbers(`q=${encodeURIComponent('cart\u2003tot')}`), [wide]);
  assert.deepEqual(await listNumbers(`q=${encodeURIComponent('– cart')}`), [wide], 'a dash is not a word');
  assert.deepEqual(await listNumbers('q=---'), [], 'a query without words finds nothing');
  for (const query of ['\u3000', '\u2003a', 'a\u2028', '\u00a0', '💥', "'", '\\', "\\'", ':*', '!', '&', '|', '<->', '((', '"', "a'b\\c", '*']) assert.ok(await listNumbers(`q=${encodeURIComponent(query)}`), query);
  const sentry = (await admin.get(`${tocsin.org.path}/incidents?q=checkout`)).json.items;
  assert.ok(sentry.some((item) => item.source?.project?.slug === 'checkout'));
  assert.ok((await listNumbers('q=gateway%20charge')).length > 0, 'the parts of checkout.gateway are words');
  const { short_id: shortId } = sentry.find((item) => item.source).source;
  assert.ok((await listNumbers(`q=${shortId.slice(0, -1)}`)).length > 0, shortId);
});

test('a search finds a pasted link to Sentry, the id of an issue, and its short id', async () => {
  await mapProject(admin, tocsin.org, integration, 'storefront', checkout);
  const bodies = new IssueBodies(integration.installation_id, { id: '4505281256090154', slug: 'storefront', name: 'Storefront' });
  const created = bodies.issue('created', { shortId: 'STOREFRONT-3F' });
  await tocsin.sendWebhook({ resource: 'issue', body: created });
  const { id, shortId } = created.data.issue;
  const [{ number }] = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items;
  // Another incident whose title begins with the same digits and names a longer short id.
  await openIncident(`${id}00 and ${shortId}0`);
  for (const query of [
    `https://sentry.io/organizations/northwind/issues/${id}/`,
    `https://northwind.sentry.io/issues/${id}/?project=1&query=is%3Aunresolved&referrer=issue-stream&${'x'.repeat(1_500)}`,
    `https://northwind.sentry.io/issues/${id}/events/${'0'.repeat(32)}/`,
    `<https://northwind.sentry.io/issues/${id}/>`,
    `https://sentry.io/organizations/northwind/issues/${shortId}/`,
    `https://sentry.io/organizations/northwind/issues/${shortId.toLowerCase()}/`,
    `${tocsin.url}/o/acme/incidents/${number}`,
  ]) assert.deepEqual(await listNumbers(`q=${encodeURIComponent(query)}`), [number], query);
  assert.ok((await listNumbers(`q=${id}`)).includes(number));
  assert.ok((await listNumbers(`q=${shortId}`)).includes(number));
  assert.deepEqual(await listNumbers(`q=${id.slice(0, -1)}`), await listNumbers(`q=${id.slice(0, -1)}%20and`), 'a part of an id finds no issue');
  assert.deepEqual(await listNumbers(`q=${encodeURIComponent('https://sentry.io/organizations/northwind/issues/1/')}`), []);
});

test('a search finds words inside Chinese and Japanese texts', async () => {
  const japanese = await openIncident('支払いサービスに接続できませんでした');
  const chinese = await openIncident('错误：数据库连接超时');
  const find = (query) => listNumbers(`q=${encodeURIComponent(query)}`);
  for (const part of ['接続', 'サービス', 'できません', '支払い 接続', 'ｻｰﾋﾞｽ']) assert.deepEqual(await find(part), [japanese], part);
  for (const part of ['超时', '数据库', '连接', '数据库 超时']) assert.deepEqual(await find(part), [chinese], part);
  assert.deepEqual(await find('続接'), []);
});

test('incidents are filtered by assignee: a member, me, or none', async () => {
  const responder = await tocsin.signInAs('responder');
  const { email } = tocsin.org.people.responder;
  const mine = await openIncident('to be mine');
  await responder.post(`${tocsin.org.path}/incidents/${mine}/assign`, { assignee: email });
  assert.deepEqual(await listNumbers('assignee=me', responder), [mine]);
  assert.deepEqual(await listNumbers('assignee=me'), []);
  assert.ok(!(await listNumbers('assignee=none')).includes(mine));
  assert.equal((await listNumbers('assignee=none')).length + 1, (await listNumbers('')).length);
  const refused = await tocsin.tokenClient().get(`${tocsin.org.path}/incidents?assignee=me`);
  assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'assignee']);
});

test('deliveries are filtered by time', async () => {
  const all = (await admin.get(`${tocsin.org.path}/deliveries`)).json.items;
  assert.ok(all.length > 1);
  const list = async (query) => (await admin.get(`${tocsin.org.path}/deliveries?${query}`)).json.items.map((item) => item.id);
  assert.deepEqual(await list(`since=${encodeURIComponent(all[0].received_at)}`), [all[0].id]);
  assert.deepEqual(await list(`until=${encodeURIComponent(all[0].received_at)}`), all.slice(1).map((item) => item.id));
  const first = (await admin.get(`${tocsin.org.path}/deliveries?limit=1`)).json;
  assert.deepEqual(await list(`limit=200&cursor=${first.next_cursor}`), all.slice(1).map((item) => item.id));
  assert.equal((await admin.get(`${tocsin.org.path}/deliveries?since=yesterday`)).status, 400);
});

test('the summary counts incidents by day and shows the times by service', async () => {
  const quick = await createService(admin, tocsin.org, 'quick');
  const created = (await admin.post(`${tocsin.org.path}/incidents`, { title: 'slow to see', service_id: quick.id })).json.number;
  await tocsin.setTimeOffset(600);
  await admin.post(`${tocsin.org.path}/incidents/${created}/acknowledge`);
  await tocsin.setTimeOffset(1800);
  await admin.post(`${tocsin.org.path}/incidents/${created}/resolve`);
  const { status, json: period } = await admin.get(`${tocsin.org.path}/incidents/summary`);
  assert.equal(status, 200);
  const service = period.services.find((entry) => entry.service.slug === 'quick');
  assert.deepEqual([service.opened, service.still_open], [1, 0]);
  assert.ok(service.acknowledged_after_seconds >= 600 && service.acknowledged_after_seconds < 660, service.acknowledged_after_seconds);
  assert.ok(service.resolved_after_seconds >= 1800 && service.resolved_after_seconds < 1860, service.resolved_after_seconds);
  assert.ok(period.days.length === 31 || period.days.length === 32);
  const total = period.days.reduce((sum, day) => sum + day.opened, 0);
  assert.equal(total, (await listNumbers('limit=200')).length);
  assert.equal(period.days.reduce((sum, day) => sum + day.resolved, 0), (await listNumbers('status=resolved')).length);
  const none = await admin.get(`${tocsin.org.path}/incidents/summary?since=2020-01-01T00:00:00Z&until=2020-01-03T00:00:00Z`);
  assert.deepEqual([none.json.days, none.json.services], [[{ date: '2020-01-01', opened: 0, resolved: 0 }, { date: '2020-01-02', opened: 0, resolved: 0 }], []]);
  const invalid = await admin.get(`${tocsin.org.path}/incidents/summary?since=2020-01-01T00:00:00Z`);
  assert.deepEqual([invalid.status, invalid.json.errors[0].path], [400, 'since']);
  await tocsin.setTimeOffset(0);
});
