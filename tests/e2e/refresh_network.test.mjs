// Network failures on the way to Sentry (TLS, DNS, refused connections) degrade an integration but never disconnect it. In each mode.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { authorize, connectInternal, control, install, isConnected, sandboxState, startConnect } from '../support/steps.mjs';
import { TlsProxy, tlsFaults } from '../support/tls_proxy.mjs';

let tocsin;
let proxy;
let admin;
const integrations = {};
before(async () => {
  proxy = await TlsProxy.listen();
  tocsin = await startTocsin({
    // SSL_CERT_FILE: an operator's setting for a private authority.
    env: { TOCSIN_SENTRY_URL: proxy.url, SSL_CERT_FILE: proxy.trusted, TOCSIN_SENTRY_TIMEOUT: '400ms', TOCSIN_REFRESH_LEASE: '3s', TOCSIN_REFRESH_BACKOFF_BASE: '1h', TOCSIN_REFRESH_BACKOFF_MAX: '2h' },
  });
  proxy.target = Number(new URL(tocsin.sandboxUrl).port);
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signInAs('admin');
  const connectThroughProxy = async (name, body, consent) => {
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, body);
    assert.ok(url.startsWith(proxy.url));
    const back = await admin.get(await consent(tocsin, url.replace(proxy.url, tocsin.sandboxUrl)));
    assert.ok(isConnected(back), back.headers.location);
    integrations[name] = integration;
  };
  await connectThroughProxy('public', { mode: 'public', sentry_org: 'northwind' }, install);
  await connectThroughProxy('oauth', { mode: 'oauth' }, authorize);
  integrations.internal = (await connectInternal(tocsin, admin, tocsin.org)).integration;
});
after(async () => {
  await tocsin?.stop();
  await proxy?.close();
});

const path = (mode) => `${tocsin.org.path}/integrations/${integrations[mode].id}`;
const modes = ['public', 'oauth', 'internal'];

async function assertDegraded(mode) {
  const failed = (await admin.post(`${path(mode)}/refresh`)).json;
  assert.deepEqual([failed.status, failed.status_reason, failed.credential.failed_attempts], ['degraded', 'refresh_failing', 0]);
  assert.ok(failed.remedy);
  const [attempt] = (await admin.get(`${path(mode)}/attempts`)).json.items;
  assert.equal(attempt.outcome, 'transient');
  assert.ok(attempt.detail);
}
async function assertRecovered(mode) {
  assert.equal((await admin.post(`${path(mode)}/refresh`)).json.status, 'connected');
}

for (const mode of modes)
  for (const fault of tlsFaults)
    test(`${mode}: ${fault}: degraded, then recovered`, async () => {
      proxy.fault = fault;
      await assertDegraded(mode);
      proxy.fault = 'no fault';
      await assertRecovered(mode);
    });

test('no secret was sent to an unverified server', async () => {
  const { token_calls: calls } = await sandboxState(tocsin);
  const refused = Object.values(calls).flatMap((counts) => Object.keys(counts)).filter((status) => !/^2/.test(status));
  assert.deepEqual(refused, []);
});

test('an unknown host name and a refused connection: degraded, then recovered', async () => {
  let current = proxy.url;
  // The integrations follow, as if Sentry had moved.
  const move = async (url) => {
    assert.match((await tocsin.cli(['integration', 'move-sentry', '--from', current, '--to', url])).stdout, /^3 integrations /);
    current = url;
    await tocsin.restart({ TOCSIN_SENTRY_URL: url });
  };
  for (const url of ['https://sentry.invalid', 'http://127.0.0.1:1']) {
    await move(url);
    admin = await tocsin.signInAs('admin');
    for (const mode of modes) await assertDegraded(mode);
  }
  await move(proxy.url);
  admin = await tocsin.signInAs('admin');
  for (const mode of modes) await assertRecovered(mode);
});
