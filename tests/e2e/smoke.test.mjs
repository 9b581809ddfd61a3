// The service starts: health, version, sessions, API tokens, and a restart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

let tocsin;
before(async () => {
  tocsin = await startTocsin();
});
after(() => tocsin?.stop());

test('health, version, and metrics are served', async () => {
  const client = tocsin.client();
  for (const path of ['/livez', '/readyz', '/version']) {
    const response = await client.get(path);
    assert.equal(response.status, 200, `${path}: ${response.text}`);
  }
  const admin = tocsin.client({ base: tocsin.adminUrl });
  const { version } = (await admin.get('/version')).json;
  const [hidden, shown] = [await client.get('/readyz?verbose'), await admin.get('/readyz?verbose')];
  assert.deepEqual([hidden.json, (await client.get('/version')).json], [{ status: 'ready' }, { version: '1' }]);
  assert.equal(shown.json.checks.database, 'ok');
  const metrics = await admin.get('/metrics');
  assert.match(metrics.text, new RegExp(`version="${version}"`));
  assert.equal(metrics.status, 200);
  assert.match(metrics.text, /^tocsin_build_info\{.*version=/m);
});

test('signing in starts a session, signing out ends it', async () => {
  const client = tocsin.client();
  const { email, password } = tocsin.org.people.owner;
  assert.equal((await client.get('/api/v1/session')).status, 401);

  const response = await client.login({ email, password });
  assert.equal(response.status, 200, response.text);
  assert.equal(response.json.user.email, email);
  assert.deepEqual(response.json.orgs.map((org) => [org.slug, org.role]), [['acme', 'owner']]);
  const [cookie] = client.cookies.all();
  assert.ok(cookie.attributes.includes('HttpOnly'), 'scripts cannot read the cookie');
  assert.ok(cookie.attributes.includes('SameSite=Lax'), 'the cookie is sent when Sentry redirects the browser back');
  assert.equal((await client.get('/api/v1/session')).status, 200);

  const { value } = cookie;
  assert.equal((await client.delete('/api/v1/session')).status, 204);
  client.cookies.clear();
  const replayed = await client.get('/api/v1/session', { headers: { Cookie: `${cookie.name}=${value}` } });
  assert.equal(replayed.status, 401, 'an ended session stays ended');
});

test('a wrong password and an unknown email address get the same response', async () => {
  const client = tocsin.client();
  const wrong = await client.login({ email: tocsin.org.people.owner.email, password: 'fake-but-wrong-0123456789' });
  const unknown = await client.login({ email: 'nobody@acme.example', password: 'fake-but-wrong-0123456789' });
  assert.equal(wrong.status, 401);
  assert.equal(unknown.status, 401);
  assert.equal(wrong.json.code, 'unauthenticated');
  assert.deepEqual(wrong.json, unknown.json);
  assert.equal(client.cookies.all().length, 0);
});

test('an API token is valid for its own organization only', async () => {
  const other = await tocsin.createOrganization('globex');
  const client = tocsin.tokenClient();
  assert.equal((await client.get(`${tocsin.org.path}/services`)).status, 200);
  assert.equal((await client.get(`${other.path}/services`)).status, 404);
  const unknown = tocsin.client({ token: 'fake-token' });
  assert.equal((await unknown.get(`${tocsin.org.path}/services`)).status, 401);
});

test('sessions survive SIGKILL and a restart', async () => {
  const client = await tocsin.signInAs('viewer');
  await tocsin.kill();
  await tocsin.restart();
  assert.equal((await client.get('/api/v1/session')).status, 200, 'the session is still valid');
});
