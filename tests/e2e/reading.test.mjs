// What people look for: lists by whom, beginnings of words, periods; what mappings may say; what the inbox suggests.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, createService, IssueBodies, mapProject } from '../support/story.mjs';

let tocsin;
let admin;
let integration;
let checkout;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  checkout = await createService(admin, tocsin.org, 'checkout');
});
after(() => tocsin?.stop());

const numbers = async (query, by = admin) => {
  const answer = await by.get(`${tocsin.org.path}/incidents?${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.items.map((one) => one.number).sort();
};
const open = async (title) => (await admin.post(`${tocsin.org.path}/incidents`, { title, service_id: checkout.id })).json.number;

test('the inbox suggests the service whose name is most like the project', async () => {
  const bodies = new IssueBodies(integration.installation_id);
  await tocsin.webhook({ resource: 'issue', body: bodies.issue('created') });
  const [held] = (await admin.get(`${tocsin.org.path}/unmapped`)).json.items;
  assert.match(held.project.slug, /checkout/);
  assert.deepEqual(held.suggested_service, { id: checkout.id, slug: 'checkout', name: checkout.name });
});

test('a mapping says what archiving does, and whether a bare error opens', async () => {
  const mapping = await mapProject(admin, tocsin.org, integration, 'checkout', checkout, { on_archive: 'keep' });
  assert.deepEqual([mapping.on_archive, mapping.open_on_error], ['keep', false]);
  const bodies = new IssueBodies(integration.installation_id);
  for (const action of ['created', 'archived']) await tocsin.webhook({ resource: 'issue', body: bodies.issue(action) });
  const [incident] = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items;
  assert.equal((await admin.get(`${tocsin.org.path}/incidents/${incident.number}`)).json.status, 'open');
  const path = `${tocsin.org.path}/integrations/${integration.id}/mappings/${mapping.id}`;
  const changed = await admin.patch(path, { on_archive: 'resolve', open_on_error: true });
  assert.deepEqual([changed.json.on_archive, changed.json.open_on_error], ['resolve', true], changed.text);
  const refused = await admin.patch(path, { on_archive: 'drop' });
  assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'on_archive']);
});

test('beginnings of words find, in title, culprit, short id and project; all of them', async () => {
  const one = await open('Payment gateway does not answer');
  const other = await open("It's a \\ strange' name & (more) | !x:*");
  assert.deepEqual(await numbers('q=paym'), [one]);
  assert.deepEqual(await numbers('q=paym%20ANSW'), [one]);
  assert.deepEqual(await numbers('q=paym%20strange'), []);
  assert.deepEqual(await numbers("q=it's"), [other]);
  assert.deepEqual(await numbers(`q=${encodeURIComponent("strange' (mor")}`), [other]);
  assert.deepEqual(await numbers('q=%20%20'), await numbers(''));
  assert.deepEqual(await numbers('q=%23' + one), [one]);
  const wide = await open('カート決済　タイムアウト – cart\u2003total');
  assert.deepEqual(await numbers(`q=${encodeURIComponent('カート決済　タイム')}`), [wide], 'spaces of other scripts part words, too');
  assert.deepEqual(await numbers(`q=${encodeURIComponent('cart\u2003tot')}`), [wide]);
  assert.deepEqual(await numbers(`q=${encodeURIComponent('– cart')}`), [wide], 'a dash is no word');
  assert.deepEqual(await numbers('q=---'), [], 'nothing that could be found was asked for');
  for (const odd of ['\u3000', '\u2003a', 'a\u2028', '\u00a0', '💥', "'", '\\', "\\'", ':*', '!', '&', '|', '<->', '((', '"', "a'b\\c", '*']) assert.ok(await numbers(`q=${encodeURIComponent(odd)}`), odd);
  const sentry = (await admin.get(`${tocsin.org.path}/incidents?q=checkout`)).json.items;
  assert.ok(sentry.some((each) => each.source?.project?.slug === 'checkout'));
  assert.ok((await numbers('q=gateway%20charge')).length > 0, 'parts of checkout.gateway');
  const { short_id: shortId } = sentry.find((each) => each.source).source;
  assert.ok((await numbers(`q=${shortId.slice(0, -1)}`)).length > 0, shortId);
});

test('mine, and nobody’s', async () => {
  const responder = await tocsin.signedIn('responder');
  const { email } = tocsin.org.people.responder;
  const mine = await open('to be mine');
  await responder.post(`${tocsin.org.path}/incidents/${mine}/assign`, { assignee: email });
  assert.deepEqual(await numbers('assignee=me', responder), [mine]);
  assert.deepEqual(await numbers('assignee=me'), []);
  assert.ok(!(await numbers('assignee=none')).includes(mine));
  assert.equal((await numbers('assignee=none')).length + 1, (await numbers('')).length);
  const refused = await tocsin.withToken().get(`${tocsin.org.path}/incidents?assignee=me`);
  assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'assignee']);
});

test('deliveries of a period', async () => {
  const all = (await admin.get(`${tocsin.org.path}/deliveries`)).json.items;
  assert.ok(all.length > 1);
  const list = async (query) => (await admin.get(`${tocsin.org.path}/deliveries?${query}`)).json.items.map((one) => one.id);
  assert.deepEqual(await list(`since=${encodeURIComponent(all[0].received_at)}`), [all[0].id]);
  assert.deepEqual(await list(`until=${encodeURIComponent(all[0].received_at)}`), all.slice(1).map((one) => one.id));
  const first = (await admin.get(`${tocsin.org.path}/deliveries?limit=1`)).json;
  assert.deepEqual(await list(`limit=200&cursor=${first.next_cursor}`), all.slice(1).map((one) => one.id));
  assert.equal((await admin.get(`${tocsin.org.path}/deliveries?since=yesterday`)).status, 400);
});

test('a period in figures: incidents a day, and how long they took, by service', async () => {
  const quick = await createService(admin, tocsin.org, 'quick');
  const made = (await admin.post(`${tocsin.org.path}/incidents`, { title: 'slow to see', service_id: quick.id })).json.number;
  await tocsin.moveTime(600);
  await admin.post(`${tocsin.org.path}/incidents/${made}/acknowledge`);
  await tocsin.moveTime(1800);
  await admin.post(`${tocsin.org.path}/incidents/${made}/resolve`);
  const { status, json: period } = await admin.get(`${tocsin.org.path}/incidents/summary`);
  assert.equal(status, 200);
  const of = period.services.find((one) => one.service.slug === 'quick');
  assert.deepEqual([of.opened, of.still_open], [1, 0]);
  assert.ok(of.acknowledged_after_seconds >= 600 && of.acknowledged_after_seconds < 660, of.acknowledged_after_seconds);
  assert.ok(of.resolved_after_seconds >= 1800 && of.resolved_after_seconds < 1860, of.resolved_after_seconds);
  assert.ok(period.days.length === 31 || period.days.length === 32);
  const total = period.days.reduce((sum, day) => sum + day.opened, 0);
  assert.equal(total, (await numbers('limit=200')).length);
  assert.equal(period.days.reduce((sum, day) => sum + day.resolved, 0), (await numbers('status=resolved')).length);
  const none = await admin.get(`${tocsin.org.path}/incidents/summary?since=2020-01-01T00:00:00Z&until=2020-01-03T00:00:00Z`);
  assert.deepEqual([none.json.days, none.json.services], [[{ date: '2020-01-01', opened: 0, resolved: 0 }, { date: '2020-01-02', opened: 0, resolved: 0 }], []]);
  const wrong = await admin.get(`${tocsin.org.path}/incidents/summary?since=2020-01-01T00:00:00Z`);
  assert.deepEqual([wrong.status, wrong.json.errors[0].path], [400, 'since']);
  await tocsin.moveTime(0);
});
