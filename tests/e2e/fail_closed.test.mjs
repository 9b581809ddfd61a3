// A dependency of an access check fails: no one without access gets in, and everything works again afterward.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DatabaseProxy } from '../support/database_proxy.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { Api } from '../support/openapi.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let proxy;
let globex;
let viewer;
let api;
before(async () => {
  tocsin = await startTocsin({
    proxyDatabase: async (url) => {
      proxy = await DatabaseProxy.start(url);
      return proxy.url;
    },
  });
  globex = await tocsin.createOrganization('globex');
  viewer = await tocsin.signInAs('viewer');
  api = new Api((await viewer.get('/api/openapi.json')).json);
  tocsin.allowErrors(/.*/);
});
after(async () => {
  await tocsin?.stop();
  await proxy?.stop();
});

/** The functions of the database that tell the gateway who someone is, and how often that was tried. */
const guards = () => tocsin.sql(`
  select p.oid::regprocedure::text as signature, p.proname as name from pg_proc p
  where p.pronamespace = 'tocsin'::regnamespace and p.prosecdef and p.prorettype <> 'trigger'::regtype
    and has_function_privilege('tocsin_gateway', p.oid, 'execute') order by 1`);

/** Requests that must be refused, whatever fails. */
function intruders() {
  const fakeToken = `tocsin_${'0'.repeat(12)}_${'fake'.repeat(11)}`;
  const cookie = { Cookie: `tocsin_session=${'A'.repeat(43)}` };
  const { email } = tocsin.org.people.owner;
  return {
    'a wrong password': () => tocsin.client().post('/api/v1/session', { email, password: 'fake wrong violin cactus' }),
    'an unknown address': () => tocsin.client().post('/api/v1/session', { email: 'unknown@acme.example', password: 'fake wrong violin cactus' }),
    'an unknown session': () => tocsin.client().get('/api/v1/session', { headers: cookie }),
    'an unknown session on an organization': () => tocsin.client().get(`${tocsin.org.path}/incidents`, { headers: cookie }),
    'an unknown token': () => tocsin.client({ token: fakeToken }).get(`${tocsin.org.path}/incidents`),
    'a token of another organization': () => tocsin.tokenClient(globex).get(`${tocsin.org.path}/incidents`),
    'a session of another organization': () => viewer.get(`${globex.path}/incidents`),
    'a viewer on an admin\'s route': () => viewer.get(`${tocsin.org.path}/audit`),
    'a viewer who opens an incident': () => viewer.post(`${tocsin.org.path}/incidents`, { title: 'fake', service: 'fake', severity: 'error' }),
    'an unknown invitation': () => tocsin.client().post('/api/v1/invitations/accept', { token: 'A'.repeat(43), name: 'Fake', password: 'fake violin cactus 1' }),
    'an unknown reset link': () => tocsin.client().post('/api/v1/password-resets/accept', { token: 'A'.repeat(43), password: 'fake violin cactus 1' }),
    'a callback without a flow': () => tocsin.client().get('/oauth/sentry/callback?code=fake&installationId=00000000-0000-4000-8000-000000000000'),
    'an unsigned webhook': () => tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies('00000000-0000-4000-8000-000000000000').issue('created'), secret: 'fake-wrong-secret' }),
  };
}

const isRefusal = ({ status, headers }) => status >= 400 || (status === 303 && !headers.location.includes('connected=1'));

test('each function of an access check can fail without letting an intruder in', async (t) => {
  const failing = await guards();
  assert.ok(failing.length >= 15, `${failing.length} functions`);
  let requests = 0;
  for (const { signature, name } of failing) {
    await tocsin.sql(`alter function ${signature} rename to ${name}_broken`);
    try {
      for (const [what, send] of Object.entries(intruders())) {
        const response = await send();
        requests += 1;
        assert.ok(isRefusal(response), `${what}, without ${name}: ${response.status} ${response.text.slice(0, 200)}`);
        assert.ok(!response.headers['set-cookie']?.some((line) => line.startsWith('tocsin_session=') && !line.includes('Max-Age=0')), `${what}, without ${name}: no session begins`);
      }
    } finally {
      await tocsin.sql(`alter function ${signature.replace(`tocsin.${name}(`, `tocsin.${name}_broken(`)} rename to ${name}`);
      await tocsin.resetThrottling();
    }
  }
  t.diagnostic(`${failing.length} functions, ${requests} requests, 0 let in`);
  assert.equal((await viewer.get('/api/v1/session')).status, 200);
});

/** Sends every operation of an organization with a credential of every kind. */
async function sendAll(clients) {
  const answered = [];
  for (const operation of api.operations().filter(({ path }) => path.includes('{org}'))) {
    const path = operation.path.replace('{org}', 'acme').replace(/\{[^}]*\}/g, '1');
    for (const [kind, client] of Object.entries(clients)) {
      const hasBody = operation.method !== 'GET' && operation.body;
      const response = await client.request(operation.method, path, hasBody ? { json: api.example(operation.body) } : {});
      answered.push({ what: `${operation.name} with ${kind}`, status: response.status });
    }
  }
  return answered;
}

test('without a database, no operation of an organization succeeds for anyone', async (t) => {
  const owner = await tocsin.signInAs('owner');
  proxy.refuse();
  await eventually(async () => (await tocsin.client().get('/readyz')).status === 503, { what: 'the loss of the database' });
  const answered = await sendAll({ 'a session': owner, 'a token': tocsin.tokenClient(), 'no credential': tocsin.client() });
  const successes = answered.filter(({ status }) => status < 400);
  assert.deepEqual(successes, []);
  t.diagnostic(`${answered.length} requests, ${answered.filter(({ status }) => status === 503).length} answers of 503`);
  const { email, password } = tocsin.org.people.owner;
  assert.equal((await tocsin.client().post('/api/v1/session', { email, password })).status, 503, 'the right password, too');
  proxy.accept();
  await eventually(async () => (await owner.get('/api/v1/session')).status === 200, { what: 'the session works again' });
});
