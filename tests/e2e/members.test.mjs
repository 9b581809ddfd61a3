// Members and API tokens: roles, removal, and ownership. Changes of rights apply at once, on open streams, too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventStream } from '../support/event_stream.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';

let tocsin;
let owner;
let admin;
let path;
let ids;
before(async () => {
  tocsin = await startTocsin();
  owner = await tocsin.signInAs('owner');
  admin = await tocsin.signInAs('admin');
  path = `${tocsin.org.path}/members`;
  const { items } = (await admin.get(path)).json;
  ids = Object.fromEntries(items.map((item) => [item.role, item.id]));
});
after(() => tocsin?.stop());

test('every member can list the members', async () => {
  const viewer = await tocsin.signInAs('viewer');
  const { items } = (await viewer.get(path)).json;
  assert.deepEqual(items.map((item) => [item.email, item.role, item.is_me]), ['admin', 'owner', 'responder', 'viewer'].map((role) => [`${role}@acme.example`, role, role === 'viewer']));
  const first = (await viewer.get(`${path}?limit=3`)).json;
  const rest = (await viewer.get(`${path}?limit=3&cursor=${first.next_cursor}`)).json;
  assert.deepEqual([...first.items, ...rest.items].map((item) => item.id), items.map((item) => item.id));
});

test('a changed role applies at once, and removal ends an open stream', async () => {
  const person = await tocsin.signInAs('responder');
  const stream = await EventStream.open(person, tocsin.org);
  const changed = await admin.patch(`${path}/${ids.responder}`, { role: 'viewer' });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.json.role, 'viewer');
  assert.equal((await person.post(`${tocsin.org.path}/incidents/1/acknowledge`, {})).status, 403);
  const back = await admin.patch(`${path}/${ids.responder}`, { role: 'responder' });
  assert.equal(back.json.role, 'responder');
  const removed = await admin.delete(`${path}/${ids.responder}`);
  assert.equal(removed.status, 204);
  assert.equal((await person.get(path)).status, 404, 'a former member has no access');
  await stream.end;
  assert.equal((await person.get('/api/v1/session')).json.orgs.length, 0, 'the account is kept');
  assert.equal((await admin.patch(`${path}/${ids.responder}`, { role: 'viewer' })).status, 404);
});

test('under load, no request that starts after a loss of rights succeeds', async (t) => {
  const state = { stopped: false };
  const changedAt = {};
  const sendRequests = async (client, kind, send) => {
    const results = [];
    while (!state.stopped) {
      const began = performance.now();
      results.push({ began, status: (await send(client)).status });
    }
    return { kind, results };
  };
  const person = await tocsin.signInAs('viewer');
  const created = (await owner.post(`${tocsin.org.path}/tokens`, { name: 'busy robot', role: 'responder' })).json;
  const robot = tocsin.client({ token: created.token });
  const read = (client) => client.get(`${tocsin.org.path}/services`);
  const running = [...Array(6).keys()].flatMap(() => [sendRequests(person, 'member', read), sendRequests(robot, 'token', read)]);
  await eventually(async () => (await tocsin.value("select count(*) from tocsin.api_tokens where name = 'busy robot' and last_used_at is not null")) === 1);
  const [newMember] = await tocsin.sql("insert into tocsin.users (user_id, email, password_hash) values (gen_random_uuid(), 'spare@acme.example', 'none') returning user_id");
  await tocsin.sql('insert into tocsin.members (organization_id, user_id, role) values ($1, $2, $3)', [tocsin.org.id, newMember.user_id, 'viewer']);
  await owner.delete(`${tocsin.org.path}/tokens/${created.id}`);
  changedAt.token = performance.now();
  await admin.delete(`${path}/${ids.viewer}`);
  changedAt.member = performance.now();
  await eventually(() => performance.now() > changedAt.member + 300);
  state.stopped = true;
  let late = 0;
  let early = 0;
  for (const { kind, results } of await Promise.all(running)) {
    for (const { began, status } of results) {
      if (began > changedAt[kind]) {
        late += 1;
        assert.equal(status, { member: 404, token: 401 }[kind]);
      } else if (status === 200) early += 1;
    }
  }
  t.diagnostic(`${early} accepted before, ${late} refused after`);
  assert.ok(early > 20 && late > 20);
  ids.viewer = newMember.user_id;
});

test('the owner cannot be changed, removed, or leave', async () => {
  for (const [client, status] of [[admin, 403], [owner, 409], [tocsin.tokenClient(), 403]]) {
    assert.equal((await client.patch(`${path}/${ids.owner}`, { role: 'viewer' })).status, status);
    assert.equal((await client.delete(`${path}/${ids.owner}`)).status, status);
  }
  for (const role of ['owner', 'god', 7, null]) assert.equal((await admin.patch(`${path}/${ids.viewer}`, { role })).status, 400);
  assert.equal((await admin.patch(`${path}/${ids.admin}`, { role: 'owner' })).status, 400, 'only a transfer makes an owner');
  assert.equal((await admin.post(`${path}/${ids.admin}/transfer-ownership`)).status, 403);
  assert.equal((await tocsin.tokenClient().post(`${path}/${ids.admin}/transfer-ownership`)).status, 403);
  assert.equal((await owner.post(`${path}/${ids.owner}/transfer-ownership`)).status, 409);
});

test('after simultaneous transfers there is one owner, and the audit log has the change', async () => {
  const responses = await Promise.all([ids.admin, ids.viewer, ids.admin, ids.viewer].map((id) => owner.post(`${path}/${id}/transfer-ownership`, {})));
  const done = responses.filter((response) => response.status === 200);
  assert.equal(done.length, 1, responses.map((response) => response.text).join('\n'));
  assert.ok(responses.every((response) => [200, 403].includes(response.status)));
  const { items } = (await owner.get(path)).json;
  assert.deepEqual(items.filter((item) => item.role === 'owner').map((item) => item.id), [done[0].json.id]);
  assert.equal(items.find((item) => item.is_me).role, 'admin');
  const log = await tocsin.sql("select subject_id, before_value, after_value, actor_name from tocsin.audit_log where action = 'member.changed' order by audit_id desc limit 2");
  assert.deepEqual(log.map((item) => [item.before_value.role, item.after_value.role, item.actor_name]).slice(1), [['owner', 'admin', 'owner@acme.example']]);
  assert.equal(log[0].after_value.role, 'owner');
});

test('a member of another organization cannot be seen or changed', async () => {
  const globex = await tocsin.createOrganization('globex');
  const stranger = await tocsin.signInAs('owner', globex);
  for (const [method, at] of [['PATCH', ids.viewer], ['DELETE', ids.viewer], ['POST', `${ids.viewer}/transfer-ownership`]]) {
    const options = method === 'PATCH' ? { json: { role: 'viewer' } } : {};
    const response = await stranger.request(method, `${globex.path}/members/${at}`, options);
    const unknown = await stranger.request(method, `${globex.path}/members/${at.replace(ids.viewer, '00000000-0000-4000-8000-000000000000')}`, options);
    assert.equal(response.status, 404, `${method} ${at}`);
    assert.deepEqual(response.json, unknown.json);
  }
});

test('a revoked API token is refused from the next request on, and its stream ends', async () => {
  const created = await owner.post(`${tocsin.org.path}/tokens`, { name: 'robot', role: 'viewer', expires_at: '2100-01-01T00:00:00Z' });
  assert.equal(created.status, 201, created.text);
  const { token, ...info } = created.json;
  assert.ok(token.startsWith(`${info.prefix}_`));
  assert.deepEqual([info.name, info.role, info.created_by, info.last_used_at], ['robot', 'viewer', 'owner@acme.example', null]);
  const robot = tocsin.client({ token });
  assert.equal((await robot.get(path)).status, 200);
  assert.equal((await robot.post(`${tocsin.org.path}/services`, { slug: 'x', name: 'X' })).status, 403);
  const listed = (await owner.get(`${tocsin.org.path}/tokens`)).json.items.find((item) => item.id === info.id);
  assert.ok(listed.last_used_at);
  assert.ok(!('token' in listed));
  const stream = await EventStream.open(robot, tocsin.org);
  assert.equal((await owner.delete(`${tocsin.org.path}/tokens/${info.id}`)).status, 204);
  assert.equal((await robot.get(path)).status, 401);
  await stream.end;
  assert.equal((await owner.delete(`${tocsin.org.path}/tokens/${info.id}`)).status, 404);
  await eventually(async () => (await owner.get(`${tocsin.org.path}/tokens`)).json.items.every((item) => item.id !== info.id));
  assert.equal(await tocsin.value('select count(*) from tocsin.api_tokens where token_hash::text like $1', [`%${token}%`]), 0);
});

test('a token has no more rights than its creator, and its fields are validated', async () => {
  const tokens = `${tocsin.org.path}/tokens`;
  for (const invalid of [{ name: 'x', role: 'owner' }, { name: '', role: 'viewer' }, { name: 'x' }, { name: 'a\nb', role: 'viewer' }, { name: 'x', role: 'viewer', expires_at: '2001-01-01T00:00:00Z' }, { name: 'x', role: 'viewer', id: 1 }]) {
    const response = await owner.post(tokens, invalid);
    assert.equal(response.status, 400, JSON.stringify(invalid));
    assert.ok(response.json.errors.length > 0);
  }
  const viewer = await tocsin.createToken('globex', 'responder');
  assert.equal((await tocsin.client({ token: viewer }).get('/api/v1/orgs/globex/tokens')).status, 403);
});
