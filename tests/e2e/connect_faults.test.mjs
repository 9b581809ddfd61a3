// Faults of Sentry while connecting, in each mode. The result is a working connection, or none and a reason. A lost response is repaired
// if a signed webhook has confirmed the code.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { authorize, clearFaults, connect, connectError, connectInternal, connectOauth, control, install, isConnected, startConnect, uninstallAll } from '../support/steps.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_TIMEOUT: '400ms', TOCSIN_REFRESH_LEASE: '3s' } });
  await control(tocsin, 'settings', { installation_created: 'before_redirect' });
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());

const bomb = `{"token":1${'0'.repeat(30)}e1000000000000}`;
const page = { body: '<html>hello</html>', headers: { 'Content-Type': 'text/html' } };
/** Name, fault, and its kind: Sentry has processed the request (`processed`), or has refused it (`refused`). */
const faults = [
  ['no response', { kind: 'hang' }],
  ['headers only', { kind: 'hang_after_headers' }, 'processed'],
  ['one byte per second', { kind: 'trickle' }, 'processed'],
  ['500', { kind: 'status', status: 500 }],
  ['502', { kind: 'status', status: 502 }],
  ['503', { kind: 'status', status: 503 }],
  ['504', { kind: 'status', status: 504 }],
  ['400', { kind: 'status', status: 400 }, 'refused'],
  ['401', { kind: 'status', status: 401 }, 'refused'],
  ['403', { kind: 'status', status: 403 }, 'refused'],
  ['an HTML error page', { kind: 'html' }],
  ['200 with HTML', { kind: 'status', status: 200, ...page }],
  ['201 with an empty object', { kind: 'status', status: 201, body: '{}' }],
  ['truncated JSON', { kind: 'truncated' }, 'processed'],
  ['a number with a huge exponent', { kind: 'status', status: 200, body: bomb }],
  ['a huge body', { kind: 'huge', size: 100 * 1024 * 1024 }],
  ['an endless body', { kind: 'endless' }],
  ['a compressed body', { kind: 'gzip' }, 'processed'],
  ['a redirect', { kind: 'redirect' }],
  ['a redirect to itself', { kind: 'redirect_loop' }],
  ['a connection reset', { kind: 'reset' }],
  ['a wrong Content-Length', { kind: 'wrong_length' }, 'processed'],
  ['204', { kind: 'raw', body: 'HTTP/1.1 204 No Content\r\n\r\n' }],
  ['not HTTP', { kind: 'garbage' }],
  ['closed without a response', { kind: 'drop' }],
  ['processed, but the response is lost', { kind: 'lost_answer' }, 'processed'],
  // Last, because Tocsin then pauses its calls for a second.
  ['429', { kind: 'status', status: 429, headers: { 'Retry-After': '1' } }],
];

const reset = async () => {
  await clearFaults(tocsin);
  await uninstallAll(tocsin, { keepInternal: true });
  await tocsin.sql('update tocsin.connect_flows set used_at = coalesce(used_at, now())');
};
const countCredentials = () => tocsin.value('select count(*) from tocsin.credentials');

for (const [name, fault, kind] of faults) {
  test(`public: ${name}`, async () => {
    await reset();
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org);
    const back = await install(tocsin, url);
    await control(tocsin, 'faults', { match: 'authorizations', ...fault });
    const response = await admin.get(back);
    const path = `${tocsin.org.path}/integrations/${integration.id}`;
    if (kind === 'processed') {
      assert.ok(isConnected(response), response.headers.location);
      assert.equal((await admin.get(`${path}/projects`)).status, 200);
      await admin.post(`${path}/disconnect`);
      return;
    }
    assert.ok((kind === 'refused' ? ['sentry_refused', 'not_configured'] : ['unavailable']).includes(connectError(response)), response.headers.location);
    assert.equal((await admin.get(path)).json.status, 'pending');
    assert.equal(await countCredentials(), 0);
  });

  test(`oauth: ${name}`, async () => {
    await reset();
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
    const back = await authorize(tocsin, url);
    await control(tocsin, 'faults', { match: 'oauth_token', ...fault });
    const response = await admin.get(back);
    assert.ok((kind === 'refused' ? ['sentry_refused', 'not_configured'] : ['unavailable']).includes(connectError(response)), response.headers.location);
    assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json.status, 'pending');
    assert.equal(await countCredentials(), 0);
  });

  test(`internal: ${name}`, async () => {
    await reset();
    const created = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
    await control(tocsin, 'faults', { match: 'organization', ...fault });
    const response = await admin.post(`${tocsin.org.path}/integrations`, { mode: 'internal', token: created.token, client_secret: created.client_secret, sentry_org: 'northwind' });
    assert.equal(response.status, kind === 'refused' ? 422 : 503, response.text);
    assert.ok(response.json.detail.length > 20);
    assert.equal(await countCredentials(), 0);
  });
}

test('without faults, each mode connects', async () => {
  await reset();
  await tocsin.restart();
  admin = await tocsin.signInAs('admin');
  await connect(tocsin, admin, tocsin.org);
  await connectOauth(tocsin, admin, tocsin.org);
  assert.equal((await connectInternal(tocsin, admin, tocsin.org)).integration.status, 'connected');
});
