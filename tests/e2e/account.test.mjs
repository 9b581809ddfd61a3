// The own account: sessions, password, name, a forgotten password; and guessing, which never keeps the right person out.
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
const calm = () => tocsin.sql('delete from tocsin.attempts');
const put = (client, json) => client.request('PUT', '/api/v1/password', { json });
const reset = (json) => tocsin.client().post('/api/v1/password-resets/accept', json);

test('the own sessions are listed and ended one by one, and all others at once', async () => {
  const here = await tocsin.signedIn('viewer');
  const phone = tocsin.client();
  await phone.request('POST', '/api/v1/session', { json: { email: people.viewer.email, password: people.viewer.password }, headers: { 'User-Agent': 'a phone' } });
  const third = await tocsin.signedIn('viewer');
  await tocsin.signedIn('responder');
  const { items, next_cursor: next } = (await here.get('/api/v1/sessions')).json;
  assert.equal(items.length, 3);
  assert.equal(next, null);
  assert.deepEqual(items.map((one) => one.current), [false, false, true]);
  const onPhone = items.find((one) => one.user_agent === 'a phone');
  assert.equal(onPhone.address, '127.0.0.1');
  assert.doesNotMatch(JSON.stringify(items), /hash/);
  assert.equal((await here.delete(`/api/v1/sessions/${onPhone.id}`)).status, 204);
  assert.equal((await phone.get('/api/v1/session')).status, 401);
  assert.equal((await here.delete(`/api/v1/sessions/${onPhone.id}`)).status, 404);
  const other = await tocsin.signedIn('admin');
  const [foreign] = (await other.get('/api/v1/sessions')).json.items;
  assert.equal((await here.delete(`/api/v1/sessions/${foreign.id}`)).status, 404, 'somebody else\'s');
  assert.equal((await other.get('/api/v1/session')).status, 200);
  assert.equal((await here.delete('/api/v1/sessions')).status, 204);
  assert.equal((await third.get('/api/v1/session')).status, 401);
  assert.equal((await here.get('/api/v1/session')).status, 200);
});

test('a new password takes the old one, is strict, and ends the other sessions', async () => {
  const { email, password } = people.responder;
  const here = await tocsin.signedIn('responder');
  const there = await tocsin.signedIn('responder');
  for (const [json, path] of [[{ current: 'wrong-password-0123', new: NEW }, 'current'], [{ current: password, new: 'short' }, 'new'], [{ current: password, new: 'password1234' }, 'new'], [{ new: NEW }, 'current'], [{ current: password, new: NEW, user: 'x' }, 'user']]) {
    const answer = await put(here, json);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.errors[0].path, path);
  }
  assert.equal((await put(here, { current: password, new: NEW })).status, 204);
  assert.equal((await there.get('/api/v1/session')).status, 401);
  assert.equal((await here.get('/api/v1/session')).status, 200);
  assert.equal((await tocsin.client().login({ email, password })).status, 401);
  assert.equal((await tocsin.client().login({ email, password: NEW })).status, 200);
  people.responder.password = NEW;
  const statuses = [];
  for (let i = 0; i < 7; i += 1) statuses.push((await put(here, { current: 'wrong-password-0123', new: NEW })).status);
  assert.equal(statuses.at(-1), 429, 'a stolen session cannot guess the password');
  await calm();
});

test('the own name', async () => {
  const client = await tocsin.signedIn('viewer');
  const answer = await client.patch('/api/v1/profile', { name: 'Val' });
  assert.deepEqual(answer.json, { email: people.viewer.email, name: 'Val' });
  assert.equal((await client.get('/api/v1/session')).json.user.name, 'Val');
  for (const json of [{ name: 'a\nb' }, { name: 7 }, {}, { name: 'x', email: 'y@z.example' }]) assert.equal((await client.patch('/api/v1/profile', json)).status, 400);
});

test('an API token has no account of its own', async () => {
  const robot = tocsin.withToken();
  assert.equal((await robot.get('/api/v1/sessions')).status, 403);
  assert.equal((await robot.delete('/api/v1/sessions')).status, 403);
  assert.equal((await put(robot, { current: 'x', new: NEW })).status, 403);
  assert.equal((await robot.patch('/api/v1/profile', { name: 'x' })).status, 403);
});

test('a forgotten password: a link from the host, once, within an hour; every session ends', async () => {
  const { email } = people.viewer;
  const client = await tocsin.signedIn('viewer');
  const make = async () => new URL((await tocsin.cli(['user', 'reset-password', email])).stdout.trim()).hash.slice(1);
  await tocsin.cli(['user', 'reset-password', 'nobody@acme.example'], { status: 1 });
  const replaced = await make();
  const late = await make();
  await tocsin.sql('update tocsin.password_resets set expires_at = tocsin.now()');
  for (const token of [replaced, late, 'A'.repeat(43), 'x']) assert.equal((await reset({ token, password: NEW })).status, 404);
  const token = await make();
  assert.equal((await reset({ token, password: 'short' })).status, 400);
  for (const odd of [{ token: [token], password: NEW }, { token, password: NEW, email }, { token, password: { a: NEW } }]) assert.equal((await reset(odd)).status, 400);
  const answers = await Promise.all(Array.from({ length: 8 }, () => reset({ token, password: NEW })));
  assert.equal(answers.filter((one) => one.status === 204).length, 1, answers.map((one) => one.status).join(' '));
  assert.equal((await client.get('/api/v1/session')).status, 401);
  people.viewer.password = NEW;
  await calm();
  await tocsin.signedIn('viewer');
  const actions = (await (await tocsin.signedIn('admin')).get(`${tocsin.org.path}/audit?subject=${email}&limit=200`)).json.items.map((one) => one.action);
  for (const action of ['password.reset', 'password.reset_made', 'profile.changed', 'session.started', 'session.ended', 'session.others_ended']) assert.ok(actions.includes(action), `${action} in ${actions}`);
});

test('guesses are counted for all processes and over a restart; who is known gets in all the same', async () => {
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
  const late = await guesser.login({ email, password });
  assert.equal(late.status, 429, 'a restart forgets nothing');
  const unknown = await guesser.login({ email: 'nobody@acme.example', password });
  assert.equal(unknown.status, 429, 'the network is known for guessing');
  assert.equal(Object.keys(late.json).join(), Object.keys(unknown.json).join());
  const there = await known.login({ email, password });
  assert.equal(there.status, 200, 'a browser in which the person signed in before is let in');
  await calm();
});
