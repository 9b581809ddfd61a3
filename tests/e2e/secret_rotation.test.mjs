// The webhook secret changes while webhooks arrive: none with the former or the new secret is refused, until the former one expires.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { connectInternal, connectWithMapping } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const day = 86_400;
let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());

/** Sends webhooks signed with each of the `secrets()` in turn until `isDone()`. Returns how many there were by status and secret. */
async function sendWhile(isDone, secrets, send) {
  const counts = {};
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let i = 0; !isDone(); i += 1) {
      const all = secrets();
      const [name, secret] = all[i % all.length];
      const { status } = await send(secret);
      counts[`${name} ${status}`] = (counts[`${name} ${status}`] ?? 0) + 1;
    }
  }));
  return counts;
}

test('the public integration: both configured secrets are valid across a restart', async (t) => {
  const { installation_id: installation } = await connectWithMapping(tocsin, admin, {});
  const renewed = 'fake-renewed-client-secret-of-the-public-app';
  const second = await tocsin.startSecondProcess({ env: { TOCSIN_SENTRY_APP_CLIENT_SECRET: renewed, TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS: APP.clientSecret } });
  const counts = {};
  for (let i = 0; i < 100; i += 1) {
    for (const [name, secret] of [['former', APP.clientSecret], ['new', renewed]]) {
      const { status } = await tocsin.sendWebhook({ path: new URL('/webhooks/sentry', second.url).href, resource: 'issue', body: new IssueBodies(installation).issue('created'), secret });
      counts[`${name} ${status}`] = (counts[`${name} ${status}`] ?? 0) + 1;
    }
  }
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(counts, { 'former 200': 100, 'new 200': 100 });
});

test('an internal integration: both secrets are valid for a day', async (t) => {
  const { created, integration } = await connectInternal(tocsin, admin, tocsin.org);
  const path = new URL(integration.webhook_url).pathname;
  const send = (secret) => tocsin.sendWebhook({ path, resource: 'issue', body: new IssueBodies(created.uuid).issue('created'), secret });
  const renewed = 'fake-renewed-secret-of-the-tests-0123456789abcdef0123456789abcdef';
  let secrets = [['former', created.client_secret]];
  let done = false;
  const sending = sendWhile(() => done, () => secrets, send);
  const response = await admin.patch(`${tocsin.org.path}/integrations/${integration.id}`, { webhook_secret: renewed });
  assert.ok(response.status < 300, `${response.status} ${response.text}`);
  // From here on, Sentry signs with the new secret, and what it has queued with the former one.
  secrets = [['former', created.client_secret], ['new', renewed]];
  for (let i = 0; i < 100; i += 1) await send(renewed);
  done = true;
  const counts = await sending;
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(Object.keys(counts).filter((each) => !each.endsWith(' 200')), []);
  assert.ok(counts['former 200'] > 0 && counts['new 200'] > 0);

  await tocsin.advanceTime(day + 60);
  assert.equal((await send(created.client_secret)).status, 401, 'the former secret has expired');
  assert.equal((await send(renewed)).status, 200);
});
