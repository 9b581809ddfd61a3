// Who belongs to an organization: roles, removal, the ownership; rights change at once, on open streams too.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';

let tocsin;
let owner;
let admin;
let path;
let ids;
before(async () => {
  tocsin = await startTocsin();
  owner = await tocsin.signedIn('owner');
  admin = await tocsin.signedIn('admin');
  path = `${tocsin.org.path}/members`;
  const { items } = (await admin.get(path)).json;
  ids = Object.fromEntries(items.map((one) => [one.role, one.id]));
});
after(() => tocsin?.stop());

/** An event stream; `ended` resolves when the server ends it. */
function follow(client) {
  const url = new URL(`${tocsin.org.path}/events`, tocsin.url);
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { Cookie: client.cookies.header(url) } }, (response) => {
      const ended = new Promise((done) => response.on('end', done).on('error', done));
      response.once('data', () => resolve({ ended }));
      response.resume();
    });
    request.on('error', reject);
  });
}

test('everybody sees who belongs to the organization', async () => {
  const viewer = await tocsin.signedIn('viewer');
  const { items } = (await viewer.get(path)).json;
  assert.deepEqual(items.map((one) => [one.email, one.role, one.is_me]), ['admin', 'owner', 'responder', 'viewer'].map((role) => [`${role}@acme.example`, role, role === 'viewer']));
  const first = (await viewer.get(`${path}?limit=3`)).json;
  const rest = (await viewer.get(`${path}?limit=3&cursor=${first.next_cursor}`)).json;
  assert.deepEqual([...first.items, ...rest.items].map((one) => one.id), items.map((one) => one.id));
});

test('a change of a role holds at once, on an open stream too', async () => {
  const person = await tocsin.signedIn('responder');
  const stream = await follow(person);
  const changed = await admin.patch(`${path}/${ids.responder}`, { role: 'viewer' });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.json.role, 'viewer');
  assert.equal((await person.post(`${tocsin.org.path}/incidents/1/acknowledge`, {})).status, 403);
  const back = await admin.patch(`${path}/${ids.responder}`, { role: 'responder' });
  assert.equal(back.json.role, 'responder');
  const removed = await admin.delete(`${path}/${ids.responder}`);
  assert.equal(removed.status, 204);
  assert.equal((await person.get(path)).status, 404, 'the organization is no longer theirs');
  await stream.ended;
  assert.equal((await person.get('/api/v1/session')).json.orgs.length, 0, 'the account stays');
  assert.equal((await admin.patch(`${path}/${ids.responder}`, { role: 'viewer' })).status, 404);
});

test('under load nothing that begins after a change of rights gets through', async (t) => {
  const stop = { now: false };
  const changed = {};
  const hammer = async (client, what, ask) => {
    const seen = [];
    while (!stop.now) {
      const began = performance.now();
      seen.push({ began, status: (await ask(client)).status });
    }
    return { what, seen };
  };
  const person = await tocsin.signedIn('viewer');
  const made = (await owner.post(`${tocsin.org.path}/tokens`, { name: 'busy robot', role: 'responder' })).json;
  const robot = tocsin.client({ token: made.token });
  const read = (client) => client.get(`${tocsin.org.path}/services`);
  const running = [...Array(6).keys()].flatMap(() => [hammer(person, 'member', read), hammer(robot, 'token', read)]);
  await eventually(async () => (await tocsin.value("select count(*) from tocsin.api_tokens where name = 'busy robot' and last_used_at is not null")) === 1);
  const extra = await tocsin.sql("insert into tocsin.users (user_id, email, password_hash) values (gen_random_uuid(), 'spare@acme.example', 'none') returning user_id");
  await tocsin.sql('insert into tocsin.members (organization_id, user_id, role) values ($1, $2, $3)', [tocsin.org.id, extra[0].user_id, 'viewer']);
  await owner.delete(`${tocsin.org.path}/tokens/${made.id}`);
  changed.token = performance.now();
  await admin.delete(`${path}/${ids.viewer}`);
  changed.member = performance.now();
  await eventually(() => performance.now() > changed.member + 300);
  stop.now = true;
  let late = 0;
  let early = 0;
  for (const { what, seen } of await Promise.all(running)) {
    for (const { began, status } of seen) {
      if (began > changed[what]) {
        late += 1;
        assert.equal(status, { member: 404, token: 401 }[what]);
      } else if (status === 200) early += 1;
    }
  }
  t.diagnostic(`${early} let in before, ${late} refused after`);
  assert.ok(early > 20 && late > 20);
  ids.viewer = extra[0].user_id;
});

test('the owner is nobody\'s to change, and cannot leave', async () => {
  for (const [client, status] of [[admin, 403], [owner, 409], [tocsin.withToken(), 403]]) {
    assert.equal((await client.patch(`${path}/${ids.owner}`, { role: 'viewer' })).status, status);
    assert.equal((await client.delete(`${path}/${ids.owner}`)).status, status);
  }
  for (const role of ['owner', 'god', 7, null]) assert.equal((await admin.patch(`${path}/${ids.viewer}`, { role })).status, 400);
  assert.equal((await admin.patch(`${path}/${ids.admin}`, { role: 'owner' })).status, 400, 'nobody rises to owner');
  assert.equal((await admin.post(`${path}/${ids.admin}/transfer-ownership`)).status, 403);
  assert.equal((await tocsin.withToken().post(`${path}/${ids.admin}/transfer-ownership`)).status, 403);
  assert.equal((await owner.post(`${path}/${ids.owner}/transfer-ownership`)).status, 409);
});

test('of many transfers at once there is one owner in the end, and the log tells', async () => {
  const answers = await Promise.all([ids.admin, ids.viewer, ids.admin, ids.viewer].map((id) => owner.post(`${path}/${id}/transfer-ownership`, {})));
  const done = answers.filter((one) => one.status === 200);
  assert.equal(done.length, 1, answers.map((one) => one.text).join('\n'));
  assert.ok(answers.every((one) => [200, 403].includes(one.status)));
  const { items } = (await owner.get(path)).json;
  assert.deepEqual(items.filter((one) => one.role === 'owner').map((one) => one.id), [done[0].json.id]);
  assert.equal(items.find((one) => one.is_me).role, 'admin');
  const log = await tocsin.sql("select subject_id, before_value, after_value, actor_name from tocsin.audit_log where action = 'member.changed' order by audit_id desc limit 2");
  assert.deepEqual(log.map((one) => [one.before_value.role, one.after_value.role, one.actor_name]).slice(1), [['owner', 'admin', 'owner@acme.example']]);
  assert.equal(log[0].after_value.role, 'owner');
});

test('a member of another organization is none of ours', async () => {
  const globex = await tocsin.createOrganization('globex');
  const stranger = await tocsin.signedIn('owner', globex);
  for (const [method, at] of [['PATCH', ids.viewer], ['DELETE', ids.viewer], ['POST', `${ids.viewer}/transfer-ownership`]]) {
    const options = method === 'PATCH' ? { json: { role: 'viewer' } } : {};
    const answer = await stranger.request(method, `${globex.path}/members/${at}`, options);
    const unknown = await stranger.request(method, `${globex.path}/members/${at.replace(ids.viewer, '00000000-0000-4000-8000-000000000000')}`, options);
    assert.equal(answer.status, 404, `${method} ${at}`);
    assert.deepEqual(answer.json, unknown.json);
  }
});

test('an API token that is revoked opens nothing from the next request on, and its stream ends', async () => {
  const made = await owner.post(`${tocsin.org.path}/tokens`, { name: 'robot', role: 'viewer', expires_at: '2100-01-01T00:00:00Z' });
  assert.equal(made.status, 201, made.text);
  const { token, ...info } = made.json;
  assert.ok(token.startsWith(`${info.prefix}_`));
  assert.deepEqual([info.name, info.role, info.created_by, info.last_used_at], ['robot', 'viewer', 'owner@acme.example', null]);
  const robot = tocsin.client({ token });
  assert.equal((await robot.get(path)).status, 200);
  assert.equal((await robot.post(`${tocsin.org.path}/services`, { slug: 'x', name: 'X' })).status, 403);
  const listed = (await owner.get(`${tocsin.org.path}/tokens`)).json.items.find((one) => one.id === info.id);
  assert.ok(listed.last_used_at);
  assert.ok(!('token' in listed));
  const url = new URL(`${tocsin.org.path}/events`, tocsin.url);
  const stream = new Promise((resolve, reject) => {
    http.get(url, { headers: { Authorization: `Bearer ${token}` } }, (response) => {
      response.once('data', () => resolve({ ended: new Promise((done) => response.on('end', done).on('error', done)) }));
      response.resume();
    }).on('error', reject);
  });
  const { ended } = await stream;
  assert.equal((await owner.delete(`${tocsin.org.path}/tokens/${info.id}`)).status, 204);
  assert.equal((await robot.get(path)).status, 401);
  await ended;
  assert.equal((await owner.delete(`${tocsin.org.path}/tokens/${info.id}`)).status, 404);
  await eventually(async () => (await owner.get(`${tocsin.org.path}/tokens`)).json.items.every((one) => one.id !== info.id));
  assert.equal(await tocsin.value('select count(*) from tocsin.api_tokens where token_hash::text like $1', [`%${token}%`]), 0);
});

test('a token has no more rights than its maker, and fields are strict', async () => {
  const tokens = `${tocsin.org.path}/tokens`;
  for (const bad of [{ name: 'x', role: 'owner' }, { name: '', role: 'viewer' }, { name: 'x' }, { name: 'a\nb', role: 'viewer' }, { name: 'x', role: 'viewer', expires_at: '2001-01-01T00:00:00Z' }, { name: 'x', role: 'viewer', id: 1 }]) {
    const answer = await owner.post(tokens, bad);
    assert.equal(answer.status, 400, JSON.stringify(bad));
    assert.ok(answer.json.errors.length > 0);
  }
  const viewer = await tocsin.createToken('globex', 'responder');
  assert.equal((await tocsin.client({ token: viewer }).get('/api/v1/orgs/globex/tokens')).status, 403);
});
