// What is wrong on the way to Sentry condemns nobody: TLS, a name that leads nowhere, nobody who listens. In each mode.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { authorize, connectInternal, control, install, startConnect } from '../support/story.mjs';
import { TlsFront, tlsFaults } from '../support/tls_front.mjs';

let tocsin;
let front;
let admin;
const integrations = {};
before(async () => {
  front = await TlsFront.listen();
  tocsin = await startTocsin({
    // SSL_CERT_FILE: how an operator makes a private authority known.
    env: { TOCSIN_SENTRY_URL: front.url, SSL_CERT_FILE: front.trusted, TOCSIN_SENTRY_TIMEOUT: '400ms', TOCSIN_REFRESH_LEASE: '3s', TOCSIN_REFRESH_BACKOFF_BASE: '1h', TOCSIN_REFRESH_BACKOFF_MAX: '2h' },
  });
  front.target = Number(new URL(tocsin.sandboxUrl).port);
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signedIn('admin');
  const through = async (name, body, go) => {
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, body);
    assert.ok(url.startsWith(front.url));
    const back = await admin.get(await go(tocsin, url.replace(front.url, tocsin.sandboxUrl)));
    assert.ok(back.headers.location.endsWith('?connected=1'), back.headers.location);
    integrations[name] = integration;
  };
  await through('public', { mode: 'public' }, install);
  await through('oauth', { mode: 'oauth' }, authorize);
  integrations.internal = (await connectInternal(tocsin, admin, tocsin.org)).integration;
});
after(async () => {
  await tocsin?.stop();
  await front?.close();
});

const path = (mode) => `${tocsin.org.path}/integrations/${integrations[mode].id}`;
const modes = ['public', 'oauth', 'internal'];

async function assertDegraded(mode, word) {
  const failed = (await admin.post(`${path(mode)}/refresh`)).json;
  assert.deepEqual([failed.status, failed.status_reason, failed.credential.failed_attempts], ['degraded', 'refresh_failing', 0]);
  assert.ok(failed.remedy);
  const [attempt] = (await admin.get(`${path(mode)}/attempts`)).json.items;
  assert.equal(attempt.outcome, 'transient');
  assert.match(attempt.detail, word);
}
async function assertWell(mode) {
  assert.equal((await admin.post(`${path(mode)}/refresh`)).json.status, 'connected');
}

for (const mode of modes)
  for (const fault of tlsFaults)
    test(`${mode}: ${fault}: degraded, then well again`, async () => {
      front.fault = fault;
      await assertDegraded(mode, /./);
      front.fault = 'no fault';
      await assertWell(mode);
    });

test('no secret was sent to who could not prove to be Sentry', async () => {
  const { token_calls: calls } = await control(tocsin, 'state', undefined, 'GET');
  const refused = Object.values(calls).flatMap((counts) => Object.keys(counts)).filter((status) => !/^2/.test(status));
  assert.deepEqual(refused, []);
});

test('a name that leads nowhere, and an address where nobody listens', async () => {
  let was = front.url;
  // The integrations go along, as where a Sentry has moved.
  const move = async (url) => {
    assert.match((await tocsin.cli(['integration', 'move-sentry', '--from', was, '--to', url])).stdout, /^3 integrations /);
    was = url;
    await tocsin.restart({ TOCSIN_SENTRY_URL: url });
  };
  for (const url of ['https://sentry.invalid', 'http://127.0.0.1:1']) {
    await move(url);
    admin = await tocsin.signedIn('admin');
    for (const mode of modes) await assertDegraded(mode, /./);
  }
  await move(front.url);
  admin = await tocsin.signedIn('admin');
  for (const mode of modes) await assertWell(mode);
});
