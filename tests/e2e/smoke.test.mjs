// The service is up: health, version, signing in and out, and the wall in front of everything else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

let tocsin;
before(async () => {
  tocsin = await startTocsin();
});
after(() => tocsin?.stop());

test('health and version answer', async () => {
  const client = tocsin.client();
  for (const path of ['/livez', '/readyz', '/version']) {
    const answer = await client.get(path);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  }
  const admin = tocsin.client({ base: tocsin.adminUrl });
  const metrics = await admin.get('/metrics');
  assert.equal(metrics.status, 200);
  assert.match(metrics.text, /^tocsin_build_info\{.*version=/m);
});

test('signing in gives a session, signing out ends it', async () => {
  const client = tocsin.client();
  const { email, password } = tocsin.org.people.owner;
  assert.equal((await client.get('/api/v1/session')).status, 401);

  const answer = await client.login({ email, password });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.user.email, email);
  assert.deepEqual(answer.json.orgs.map((org) => [org.slug, org.role]), [['acme', 'owner']]);
  const [cookie] = client.cookies.all();
  assert.ok(cookie.attributes.includes('HttpOnly'), 'the cookie is not for scripts');
  assert.ok(cookie.attributes.includes('SameSite=Lax'), 'the cookie comes along when Sentry sends the browser back');
  assert.equal((await client.get('/api/v1/session')).status, 200);

  const kept = cookie.value;
  assert.equal((await client.delete('/api/v1/session')).status, 204);
  client.cookies.clear();
  const replayed = await client.get('/api/v1/session', { headers: { Cookie: `${cookie.name}=${kept}` } });
  assert.equal(replayed.status, 401, 'a session that was ended stays ended');
});

test('a wrong password and an unknown address are answered alike', async () => {
  const client = tocsin.client();
  const wrong = await client.login({ email: tocsin.org.people.owner.email, password: 'fake-but-wrong-0123456789' });
  const unknown = await client.login({ email: 'nobody@acme.example', password: 'fake-but-wrong-0123456789' });
  assert.equal(wrong.status, 401);
  assert.equal(unknown.status, 401);
  assert.equal(wrong.json.code, 'unauthenticated');
  assert.deepEqual(wrong.json, unknown.json);
  assert.equal(client.cookies.all().length, 0);
});

test('an API token opens its own organization only', async () => {
  const other = await tocsin.createOrganization('globex');
  const client = tocsin.withToken();
  assert.equal((await client.get(`${tocsin.org.path}/services`)).status, 200);
  assert.equal((await client.get(`${other.path}/services`)).status, 404);
  const stranger = tocsin.client({ token: 'fake-token' });
  assert.equal((await stranger.get(`${tocsin.org.path}/services`)).status, 401);
});

test('the service comes back after it was killed', async () => {
  const client = await tocsin.signedIn('viewer');
  await tocsin.kill();
  await tocsin.restart();
  assert.equal((await client.get('/api/v1/session')).status, 200, 'the session outlives the process');
});
