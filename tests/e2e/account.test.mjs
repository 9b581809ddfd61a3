// A person's own account: sessions, password, name, password reset, and throttling that does not lock the person out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

const NEW = 'fake-new-password-0123';
let tocsin;
let people;
before(async () => {
  tocsin = await startTocsin();
  ({ people } = tocsin.org);
});
after(() => tocsin?.stop());
const changePassword = (client, json) => client.request('PUT', '/api/v1/password', { json });
const acceptReset = (json) => tocsin.client().post('/api/v1/password-resets/accept', json);

test('a person lists the sessions, ends a single one, and ends all others at once', async () => {
  const here = await tocsin.signInAs('viewer');
  const phone = tocsin.client();
  await phone.request('POST', '/api/v1/session', { json: { email: people.viewer.email, password: people.viewer.password }, headers: { 'User-Agent': 'a phone' } });
  const third = await tocsin.signInAs('viewer');
  await tocsin.signInAs('responder');
  const { items, next_cursor: next } = (await here.get('/api/v1/sessions')).json;
  assert.equal(items.length, 3);
  assert.equal(next, null);
  assert.deepEqual(items.map((item) => item.current), [false, false, true]);
  const onPhone = items.find((item) => item.user_agent === 'a phone');
  assert.equal(onPhone.address, '127.0.0.1');
  assert.doesNotMatch(JSON.stringify(items), /hash/);
  assert.equal((await here.delete(`/api/v1/sessions/${onPhone.id}`)).status, 204);
  assert.equal((await phone.get('/api/v1/session')).status, 401);
  assert.equal((await here.delete(`/api/v1/sessions/${onPhone.id}`)).status, 404);
  const other = await tocsin.signInAs('admin');
  const [foreign] = (await other.get('/api/v1/sessions')).json.items;
  assert.equal((await here.delete(`/api/v1/sessions/${foreign.id}`)).status, 404, 'a session of another person');
  assert.equal((await other.get('/api/v1/session')).status, 200);
  assert.equal((await here.delete('/api/v1/sessions')).status, 204);
  assert.equal((await third.get('/api/v1/session')).status, 401);
  assert.equal((await here.get('/api/v1/session')).status, 200);
});

test('changing the password requires the current one, validates the new one, and ends the other sessions', async () => {
  const { email, password } = people.responder;
  const here = await tocsin.signInAs('responder');
  const there = await tocsin.signInAs('responder');
  for (const [json, path] of [[{ current: 'wrong-password-0123', new: NEW }, 'current'], [{ current: password, new: 'short' }, 'new'], [{ current: password, new: 'password1234' }, 'new'], [{ new: NEW }, 'current'], [{ current: password, new: NEW, user: 'x' }, 'user']]) {
    const response = await changePassword(here, json);
    assert.equal(response.status, 400, response.text);
    assert.equal(response.json.errors[0].path, path);
  }
  assert.equal((await changePassword(here, { current: password, new: NEW })).status, 204);
  assert.equal((await there.get('/api/v1/session')).status, 401);
  assert.equal((await here.get('/api/v1/session')).status, 200);
  assert.equal((await tocsin.client().login({ email, password })).status, 401);
  assert.equal((await tocsin.client().login({ email, password: NEW })).status, 200);
  people.responder.password = NEW;
  const statuses = [];
  for (let i = 0; i < 7; i += 1) statuses.push((await changePassword(here, { current: 'wrong-password-0123', new: NEW })).status);
  assert.equal(statuses.at(-1), 429, 'a stolen session cannot be used to guess the password');
  await tocsin.resetThrottling();
});

test('a person changes their own name', async () => {
  const client = await tocsin.signInAs('viewer');
  const response = await client.patch('/api/v1/profile', { name: 'Val' });
  assert.deepEqual(response.json, { email: people.viewer.email, name: 'Val' });
  assert.equal((await client.get('/api/v1/session')).json.user.name, 'Val');
  for (const json of [{ name: 'a\nb' }, { name: 7 }, {}, { name: 'x', email: 'y@z.example' }]) assert.equal((await client.patch('/api/v1/profile', json)).status, 400);
});

test('an API token has no account', async () => {
  const robot = tocsin.tokenClient();
  assert.equal((await robot.get('/api/v1/sessions')).status, 403);
  assert.equal((await robot.delete('/api/v1/sessions')).status, 403);
  assert.equal((await changePassword(robot, { current: 'x', new: NEW })).status, 403);
  assert.equal((await robot.patch('/api/v1/profile', { name: 'x' })).status, 403);
});

test('a password reset link from the command line works once within an hour and ends every session', async () => {
  const { email } = people.viewer;
  const client = await tocsin.signInAs('viewer');
  const createReset = async () => new URL((await tocsin.cli(['user', 'reset-password', email])).stdout.trim()).hash.slice(1);
  await tocsin.cli(['user', 'reset-password', 'nobody@acme.example'], { status: 1 });
  const replaced = await createReset();
  const expired = await createReset();
  await tocsin.sql('update tocsin.password_resets set expires_at = tocsin.now()');
  for (const token of [replaced, expired, 'A'.repeat(43), 'x']) assert.equal((await acceptReset({ token, password: NEW })).status, 404);
  const token = await createReset();
  assert.equal((await acceptReset({ token, password: 'short' })).status, 400);
  for (const body of [{ token: [token], password: NEW }, { token, password: NEW, email }, { token, password: { a: NEW } }]) assert.equal((await acceptReset(body)).status, 400);
  const responses = await Promise.all(Array.from({ length: 8 }, () => acceptReset({ token, password: NEW })));
  assert.equal(responses.filter((response) => response.status === 204).length, 1, responses.map((response) => response.status).join(' '));
  assert.equal((await client.get('/api/v1/session')).status, 401);
  people.viewer.password = NEW;
  await tocsin.resetThrottling();
  await tocsin.signInAs('viewer');
  const actions = (await (await tocsin.signInAs('admin')).get(`${tocsin.org.path}/audit?subject=${email}&limit=200`)).json.items.map((item) => item.action);
  for (const action of ['password.reset', 'password.reset_made', 'profile.changed', 'session.started', 'session.ended', 'session.others_ended']) assert.ok(actions.includes(action), `${action} in ${actions}`);
});

test('failed attempts are counted across processes and restarts, but a known browser can still sign in', async () => {
  const { email, password } = people.owner;
  const known = tocsin.client();
  assert.equal((await known.login({ email, password })).status, 200);
  await known.delete('/api/v1/session');
  const guesser = tocsin.client();
  for (let i = 0; i < 5; i += 1) assert.equal((await guesser.login({ email, password: `wrong-password-${i}` })).status, 401);
  const refused = await guesser.login({ email, password });
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  await tocsin.sql("update tocsin.attempts set failures = 1000, last_at = tocsin.now()");
  await tocsin.restart();
  const afterRestart = await guesser.login({ email, password });
  assert.equal(afterRestart.status, 429, 'a restart does not reset the count');
  const unknown = await guesser.login({ email: 'nobody@acme.example', password });
  assert.equal(unknown.status, 429, 'the network is throttled');
  assert.equal(Object.keys(afterRestart.json).join(), Object.keys(unknown.json).join());
  const knownBrowser = await known.login({ email, password });
  assert.equal(knownBrowser.status, 200, 'a browser in which the person has signed in before is not throttled');
  await tocsin.resetThrottling();
});
