// The audit log: every change with its actor, its origin, and the values before and after, but without secrets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
let audit;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  audit = async (query = '') => {
    const response = await admin.get(`${tocsin.org.path}/audit${query}`);
    assert.equal(response.status, 200, response.text);
    return response.json.items;
  };
});
after(() => tocsin?.stop());

test('a change is one entry with actor, address, old and new values', async () => {
  const made = (await admin.post(`${tocsin.org.path}/services`, { slug: 'checkout', name: 'Checkout' })).json;
  await admin.patch(`${tocsin.org.path}/services/${made.id}`, { name: 'Check-out' });
  // No entry, because the value stays the same.
  await admin.patch(`${tocsin.org.path}/services/${made.id}`, { name: 'Check-out' });
  await tocsin.tokenClient().delete(`${tocsin.org.path}/services/${made.id}`);

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

test('changes of mappings, people, tokens, sessions, and by the command line are in the log', async () => {
  const integration = await connect(tocsin, admin, tocsin.org);
  const service = (await admin.post(`${tocsin.org.path}/services`, { slug: 'search', name: 'Search' })).json;
  const path = `${tocsin.org.path}/integrations/${integration.id}/mappings`;
  const mapping = (await admin.post(path, { sentry_project: 'checkout', service_id: service.id })).json;
  await admin.patch(`${path}/${mapping.id}`, { min_level: 'error' });
  await admin.delete(`${path}/${mapping.id}`);
  const viewer = await tocsin.signInAs('viewer');
  await viewer.delete('/api/v1/session');

  const all = await audit('?limit=200');
  const actions = (subject) => all.filter((item) => item.subject.id === subject).map((item) => item.action).reverse();
  assert.deepEqual(actions(mapping.id), ['mapping.created', 'mapping.changed', 'mapping.removed']);
  assert.ok(all.some((item) => item.action === 'integration.status' && item.actor.name === tocsin.org.people.admin.email && item.after.status === 'connected'));
  assert.deepEqual(all.filter((item) => item.action === 'integration.created').map((item) => [item.subject.id, item.actor.name]), [[integration.id, tocsin.org.people.admin.email]]);
  const added = all.filter((item) => item.action === 'member.added');
  assert.equal(added.length, 4);
  assert.ok(added.every((item) => item.actor.kind === 'operator' && /@acme\.example$/.test(item.subject.name)));
  assert.ok(all.some((item) => item.action === 'token.created' && item.actor.kind === 'operator'));
  const sessions = all.filter((item) => item.actor.name === tocsin.org.people.viewer.email).map((item) => item.action).reverse();
  assert.deepEqual(sessions, ['session.started', 'session.ended']);
});

test('a sign-in with a wrong password is in the log, with the account and without the password', async () => {
  const { email } = tocsin.org.people.responder;
  const refused = await tocsin.client().login({ email: email.toUpperCase(), password: 'fake violin cactus 1' });
  assert.equal(refused.status, 401);
  assert.equal((await tocsin.client().login({ email: 'unknown@acme.example', password: 'fake violin cactus 1' })).status, 401);
  const [entry, ...rest] = await audit('?action=session.refused');
  assert.equal(rest.length, 0, 'an unknown address belongs to no organization');
  assert.deepEqual([entry.actor.kind, entry.subject.kind, entry.subject.name, entry.address], ['system', 'member', email, '127.0.0.1']);
  assert.match(entry.request_id, /^[0-9a-f]{32}$/);
  assert.doesNotMatch(JSON.stringify(entry), /violin/);
});

test('replays, refreshes, reconnects, and exports are in the log with the person', async () => {
  const { email } = tocsin.org.people.admin;
  const [integration] = (await admin.get(`${tocsin.org.path}/integrations`)).json.items;
  const bodies = new IssueBodies(integration.installation_id);
  const { json: stored } = await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue('created') });
  const path = `${tocsin.org.path}/deliveries/${stored.delivery_id}/replay`;
  for (const query of ['?dry_run=true', '?dry_run=false']) assert.equal((await admin.post(`${path}${query}`)).status, 200);
  const { json: delivery } = await admin.get(`${tocsin.org.path}/deliveries/${stored.delivery_id}`);
  assert.equal((await admin.post(`${tocsin.org.path}/unmapped/replay`, { integration_id: integration.id, project_id: delivery.project_id ?? bodies.project.id, dry_run: false })).status, 200);
  assert.equal((await admin.post(`${tocsin.org.path}/integrations/${integration.id}/refresh`)).status, 200);
  assert.equal((await admin.post(`${tocsin.org.path}/integrations/${integration.id}/reconnect`, {})).status, 200);
  assert.equal((await admin.get(`${tocsin.org.path}/audit/export?format=ndjson`)).status, 200);
  const newest = (await audit('?limit=20')).filter((item) => item.actor.name === email);
  const found = (action, subject) => newest.filter((item) => item.action === action && item.subject.id === subject);
  assert.equal(found('delivery.replayed', stored.delivery_id).length, 1, 'a dry run changes nothing and has no entry');
  assert.equal(found('delivery.replayed', integration.id).length, 1);
  for (const action of ['integration.refresh_requested', 'integration.reconnect_requested']) assert.equal(found(action, integration.id).length, 1, action);
  const [exported] = found('audit.exported', tocsin.org.id);
  assert.deepEqual(exported.after, { format: 'ndjson' });
});

test('entries are filtered and paged', async () => {
  assert.ok((await audit('?action=service')).every((item) => item.action.startsWith('service.')));
  assert.ok((await audit('?action=service.created')).length >= 2);
  assert.ok((await audit('?actor=ADMIN@acme')).every((item) => item.actor.name === tocsin.org.people.admin.email));
  assert.deepEqual(await audit('?actor=nobody'), []);
  assert.deepEqual(await audit('?until=2020-01-01T00:00:00Z'), []);
  assert.ok((await audit('?since=2020-01-01T00:00:00Z')).length > 0);
  const whole = await audit('?limit=200');
  const paged = [];
  let cursor = '';
  do {
    const response = (await admin.get(`${tocsin.org.path}/audit?limit=3${cursor}`)).json;
    paged.push(...response.items);
    cursor = response.next_cursor ? `&cursor=${response.next_cursor}` : undefined;
  } while (cursor);
  assert.deepEqual(paged.map((item) => item.id), whole.map((item) => item.id));
  for (const query of ['since=yesterday', 'cursor=eA', 'limit=0', 'actor=%ff']) {
    assert.equal((await admin.get(`${tocsin.org.path}/audit?${query}`)).status, 400, query);
  }
});

test('the log is exported as CSV or NDJSON', async () => {
  await admin.post(`${tocsin.org.path}/services`, { slug: 'formula', name: '=1+1, "formula"' });
  const csv = await admin.get(`${tocsin.org.path}/audit/export`);
  assert.equal(csv.status, 200);
  assert.match(csv.headers['content-type'], /^text\/csv/);
  assert.equal(csv.headers['tocsin-complete'], 'true');
  assert.equal(csv.headers['content-disposition'], 'attachment; filename="audit-acme.csv"');
  const lines = csv.text.trimEnd().split('\r\n');
  assert.equal(lines.length, 1 + Number(csv.headers['tocsin-entries']));
  assert.ok(csv.text.includes('"\'=1+1, ""formula"""'), 'a name that looks like a formula is escaped');
  const ndjson = await admin.get(`${tocsin.org.path}/audit/export?format=ndjson&action=service`);
  const items = ndjson.text.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(items, await audit('?action=service&limit=200'));
  assert.equal((await admin.get(`${tocsin.org.path}/audit/export?format=pdf`)).status, 400);
});

test('only admins of the organization can read the log, and it contains no secret', async () => {
  for (const role of ['responder', 'viewer']) {
    const client = await tocsin.signInAs(role);
    for (const path of ['/audit', '/audit/export']) assert.equal((await client.get(tocsin.org.path + path)).status, 403, role);
  }
  const globex = await tocsin.createOrganization('globex');
  const stranger = await tocsin.signInAs('owner', globex);
  assert.equal((await stranger.get(`${tocsin.org.path}/audit`)).status, 404);
  assert.doesNotMatch((await stranger.get(`${globex.path}/audit/export`)).text, /acme/i);
  const exported = (await admin.get(`${tocsin.org.path}/audit/export`)).text;
  assert.doesNotMatch(exported, /token_hash|password|sealed|\\\\x[0-9a-f]{8}/);
  assert.ok(!exported.includes(tocsin.org.token.split('_').at(-1)));
});
