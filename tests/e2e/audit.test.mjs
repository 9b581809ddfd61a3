// The audit log: every change with who made it, from where, and what it was before; nobody may change it, secrets never reach it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect } from '../support/story.mjs';

let tocsin;
let admin;
let audit;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  audit = async (query = '') => {
    const answer = await admin.get(`${tocsin.org.path}/audit${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.items;
  };
});
after(() => tocsin?.stop());

test('a change is one entry: who, from where, what it was and is', async () => {
  const made = (await admin.post(`${tocsin.org.path}/services`, { slug: 'checkout', name: 'Checkout' })).json;
  await admin.patch(`${tocsin.org.path}/services/${made.id}`, { name: 'Check-out' });
  // A change that changes nothing is none.
  await admin.patch(`${tocsin.org.path}/services/${made.id}`, { name: 'Check-out' });
  await tocsin.withToken().delete(`${tocsin.org.path}/services/${made.id}`);

  const [archived, changed, created, ...rest] = await audit(`?subject=${made.id}`);
  assert.equal(rest.length, 0);
  const { email } = tocsin.org.people.admin;
  assert.equal(created.action, 'service.created');
  assert.deepEqual([created.before, created.after.slug, created.after.name], [null, 'checkout', 'Checkout']);
  assert.deepEqual({ ...created.actor, id: undefined }, { kind: 'user', id: undefined, name: email });
  assert.equal(created.address, '127.0.0.1');
  assert.match(created.request_id, /^[0-9a-f]{32}$/);
  assert.deepEqual([changed.action, changed.before, changed.after], ['service.changed', { name: 'Checkout' }, { name: 'Check-out' }]);
  assert.deepEqual(changed.subject, { kind: 'service', id: made.id, name: 'Check-out' });
  assert.equal(archived.action, 'service.archived');
  assert.deepEqual([archived.actor.kind, archived.actor.name], ['token', 'test admin']);
});

test('mappings, people, tokens, sign-ins and what the command line does are there too', async () => {
  const integration = await connect(tocsin, admin, tocsin.org);
  const service = (await admin.post(`${tocsin.org.path}/services`, { slug: 'search', name: 'Search' })).json;
  const path = `${tocsin.org.path}/integrations/${integration.id}/mappings`;
  const mapping = (await admin.post(path, { sentry_project: 'checkout', service_id: service.id })).json;
  await admin.patch(`${path}/${mapping.id}`, { min_level: 'error' });
  await admin.delete(`${path}/${mapping.id}`);
  const other = await tocsin.signedIn('viewer');
  await other.delete('/api/v1/session');

  const all = await audit('?limit=200');
  const actions = (subject) => all.filter((one) => one.subject.id === subject).map((one) => one.action).reverse();
  assert.deepEqual(actions(mapping.id), ['mapping.created', 'mapping.changed', 'mapping.removed']);
  assert.ok(all.some((one) => one.action === 'integration.status' && one.actor.name === tocsin.org.people.admin.email && one.after.status === 'connected'));
  assert.deepEqual(all.filter((one) => one.action === 'integration.created').map((one) => [one.subject.id, one.actor.name]), [[integration.id, tocsin.org.people.admin.email]]);
  const added = all.filter((one) => one.action === 'member.added');
  assert.equal(added.length, 4);
  assert.ok(added.every((one) => one.actor.kind === 'operator' && /@acme\.example$/.test(one.subject.name)));
  assert.ok(all.some((one) => one.action === 'token.created' && one.actor.kind === 'operator'));
  const sessions = all.filter((one) => one.actor.name === tocsin.org.people.viewer.email).map((one) => one.action).reverse();
  assert.deepEqual(sessions, ['session.started', 'session.ended']);
});

test('filters and pages', async () => {
  assert.ok((await audit('?action=service')).every((one) => one.action.startsWith('service.')));
  assert.ok((await audit('?action=service.created')).length >= 2);
  assert.ok((await audit('?actor=ADMIN@acme')).every((one) => one.actor.name === tocsin.org.people.admin.email));
  assert.deepEqual(await audit('?actor=nobody'), []);
  assert.deepEqual(await audit('?until=2020-01-01T00:00:00Z'), []);
  assert.ok((await audit('?since=2020-01-01T00:00:00Z')).length > 0);
  const whole = await audit('?limit=200');
  const paged = [];
  let cursor = '';
  do {
    const answer = (await admin.get(`${tocsin.org.path}/audit?limit=3${cursor}`)).json;
    paged.push(...answer.items);
    cursor = answer.next_cursor ? `&cursor=${answer.next_cursor}` : undefined;
  } while (cursor);
  assert.deepEqual(paged.map((one) => one.id), whole.map((one) => one.id));
  for (const query of ['since=yesterday', 'cursor=eA', 'limit=0', 'actor=%ff']) {
    assert.equal((await admin.get(`${tocsin.org.path}/audit?${query}`)).status, 400, query);
  }
});

test('a file of it', async () => {
  await admin.post(`${tocsin.org.path}/services`, { slug: 'odd', name: '=1+1, "odd"' });
  const csv = await admin.get(`${tocsin.org.path}/audit/export`);
  assert.equal(csv.status, 200);
  assert.match(csv.headers['content-type'], /^text\/csv/);
  assert.equal(csv.headers['tocsin-complete'], 'true');
  assert.equal(csv.headers['content-disposition'], 'attachment; filename="audit-acme.csv"');
  const lines = csv.text.trimEnd().split('\r\n');
  assert.equal(lines.length, 1 + Number(csv.headers['tocsin-entries']));
  assert.ok(csv.text.includes('"\'=1+1, ""odd"""'), 'a name that looks like a formula is none');
  const lineByLine = await admin.get(`${tocsin.org.path}/audit/export?format=ndjson&action=service`);
  const items = lineByLine.text.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(items, await audit('?action=service&limit=200'));
  assert.equal((await admin.get(`${tocsin.org.path}/audit/export?format=pdf`)).status, 400);
});

test('only admins read it, and no organization another one\'s; no secret is in it', async () => {
  for (const role of ['responder', 'viewer']) {
    const client = await tocsin.signedIn(role);
    for (const path of ['/audit', '/audit/export']) assert.equal((await client.get(tocsin.org.path + path)).status, 403, role);
  }
  const globex = await tocsin.createOrganization('globex');
  const stranger = await tocsin.signedIn('owner', globex);
  assert.equal((await stranger.get(`${tocsin.org.path}/audit`)).status, 404);
  assert.doesNotMatch((await stranger.get(`${globex.path}/audit/export`)).text, /acme/i);
  const mine = (await admin.get(`${tocsin.org.path}/audit/export`)).text;
  assert.doesNotMatch(mine, /token_hash|password|sealed|\\\\x[0-9a-f]{8}/);
  assert.ok(!mine.includes(tocsin.org.token.split('_').at(-1)));
});
