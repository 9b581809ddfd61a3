// TOCSIN_SENTRY_URL differs from the URL of existing integrations: their tokens are not sent to the other host, its responses do not end them,
// and the mismatch is shown. `tocsin integration move-sentry` moves them to the new URL.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { RecordingProxy } from '../support/recording_proxy.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, connectInternal, connectOauth, control } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let oldSentry;
let admin;
let foreignCalls = 0;
const integrations = {};
// Responds like a Sentry that does not know the installation.
const foreignSentry = net.createServer((socket) => {
  socket.on('error', () => {}).on('data', () => {
    foreignCalls += 1;
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n{"detail":"The resource is not here"}');
  });
});
before(async () => {
  oldSentry = await RecordingProxy.listen();
  await new Promise((resolve) => foreignSentry.listen(0, '127.0.0.1', resolve));
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_URL: oldSentry.url } });
  oldSentry.target = Number(new URL(tocsin.sandboxUrl).port);
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signInAs('admin');
  integrations.public = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  integrations.oauth = await connectOauth(tocsin, admin, tocsin.org);
  integrations.internal = (await connectInternal(tocsin, admin, tocsin.org)).integration;
});
after(async () => {
  await tocsin?.stop();
  await oldSentry?.close();
  foreignSentry.close();
});

const path = (integration) => `${tocsin.org.path}/integrations/${integration.id}`;
const sendWebhook = () => tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(integrations.public.installation_id).issue('created') });

test('with another URL, existing integrations are not used, refreshed, or ended', async () => {
  const elsewhere = `http://127.0.0.1:${foreignSentry.address().port}`;
  await tocsin.restart({ TOCSIN_SENTRY_URL: elsewhere });
  admin = await tocsin.signInAs('admin');
  for (const [mode, integration] of Object.entries(integrations)) {
    for (const response of [await admin.post(`${path(integration)}/refresh`), await admin.post(`${path(integration)}/reconnect`), await admin.get(`${path(integration)}/projects`)]) {
      assert.deepEqual([response.status, response.json.code], [409, 'conflict'], `${mode}: ${response.text}`);
      for (const host of [oldSentry.url, elsewhere]) assert.ok(response.json.detail.includes(host), response.text);
    }
    const now = (await admin.get(path(integration))).json;
    assert.deepEqual([now.status, now.sentry_url], ['connected', oldSentry.url]);
    assert.match(now.remedy, /move-sentry/);
    const token = (await admin.post(`${path(integration)}/test`)).json.checks.find((check) => check.name === 'token');
    assert.equal(token.outcome, 'failed');
    assert.match(token.detail, /move-sentry/);
  }
  // They are due, but not refreshed.
  await tocsin.sql("update tocsin.credentials set due_at = tocsin.now() - interval '1 hour'");
  await tocsin.sql("update tocsin.integrations set install_confirmed_at = null, status_since = tocsin.now() - interval '1 hour' where mode = 'public'");
  const countRounds = () => tocsin.metric('tocsin_scheduler_runs_total{job="renew_credentials",result="done"}');
  const firstRound = await countRounds();
  await eventually(async () => (await countRounds()) > firstRound + 5, { what: 'more rounds of the scheduler' });
  assert.equal(await tocsin.value("select count(*) from tocsin.refresh_attempts"), 0);
  assert.equal(foreignCalls, 0, 'the other host was not called');
  assert.equal((await sendWebhook()).status, 401);
  const findings = await tocsin.runDoctor({ status: 1 });
  assert.equal(findings.integrations.outcome, 'failed');
  assert.ok(findings.integrations.detail.startsWith('3 were connected to '), findings.integrations.detail);
});

test('move-sentry moves the integrations to the new URL', async () => {
  await tocsin.restart({ TOCSIN_SENTRY_URL: tocsin.sandboxUrl });
  admin = await tocsin.signInAs('admin');
  assert.equal((await tocsin.cli(['integration', 'move-sentry', '--from', 'nonsense', '--to', tocsin.sandboxUrl], { status: 2 })).stdout, '');
  const { stdout } = await tocsin.cli(['integration', 'move-sentry', '--from', `${oldSentry.url}/`, '--to', tocsin.sandboxUrl]);
  assert.match(stdout, /^3 integrations of /);
  for (const item of Object.values(integrations)) {
    await eventually(async () => (await admin.post(`${path(item)}/refresh`)).json.status === 'connected');
    const now = (await admin.get(path(item))).json;
    assert.equal(now.sentry_url, tocsin.sandboxUrl);
    assert.equal((await admin.get(`${path(item)}/projects`)).status, 200);
  }
  assert.equal((await sendWebhook()).status, 200);
  assert.equal((await tocsin.runDoctor()).integrations.outcome, 'ok');
  const entries = await tocsin.sql("select actor_kind, before_value, after_value from tocsin.audit_log where action = 'integration.sentry_moved'");
  assert.equal(entries.length, 3);
  assert.deepEqual(entries[0], { actor_kind: 'operator', before_value: { sentry_url: oldSentry.url }, after_value: { sentry_url: tocsin.sandboxUrl } });
});

test('move-sentry refuses to merge two Sentry hosts with a common organization', async () => {
  await tocsin.sql("insert into tocsin.sentry_organization_owners (sentry_host, sentry_org_id, organization_id) select 'http://third.example', sentry_org_id, organization_id from tocsin.sentry_organization_owners limit 1");
  const { stderr } = await tocsin.cli(['integration', 'move-sentry', '--from', tocsin.sandboxUrl, '--to', 'http://third.example'], { status: 1 });
  assert.match(stderr, /Nothing was changed/);
  assert.equal(await tocsin.value('select count(*) from tocsin.integrations where sentry_host = $1', [tocsin.sandboxUrl]), 3);
});
