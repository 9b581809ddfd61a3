// Another TOCSIN_SENTRY_URL than the one that integrations were made with: their tokens are sent nowhere, nothing that the other host says
// ends them, it is told where people look; and a Sentry that has moved takes them along.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { Eavesdropper } from '../support/eavesdropper.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, connectInternal, connectOauth, control, IssueBodies } from '../support/story.mjs';

let tocsin;
let old;
let admin;
let calls = 0;
const integrations = {};
// Says that it knows nothing of anybody, in Sentry's words.
const stranger = net.createServer((socket) => {
  socket.on('error', () => {}).on('data', () => {
    calls += 1;
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n{"detail":"The resource is not here"}');
  });
});
before(async () => {
  old = await Eavesdropper.listen();
  await new Promise((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_URL: old.url } });
  old.target = Number(new URL(tocsin.sandboxUrl).port);
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signedIn('admin');
  integrations.public = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  integrations.oauth = await connectOauth(tocsin, admin, tocsin.org);
  integrations.internal = (await connectInternal(tocsin, admin, tocsin.org)).integration;
});
after(async () => {
  await tocsin?.stop();
  await old?.close();
  stranger.close();
});

const path = (one) => `${tocsin.org.path}/integrations/${one.id}`;
const findings = async (env) => Object.fromEntries(JSON.parse((await tocsin.cli(['doctor', '--json'], { env, status: 1 })).stdout).map((one) => [one.name, one]));
const hook = () => tocsin.webhook({ resource: 'issue', body: new IssueBodies(integrations.public.installation_id).issue('created') });

test('with another Sentry nothing of them is sent, renewed or ended', async () => {
  const elsewhere = `http://127.0.0.1:${stranger.address().port}`;
  await tocsin.restart({ TOCSIN_SENTRY_URL: elsewhere });
  admin = await tocsin.signedIn('admin');
  for (const [mode, one] of Object.entries(integrations)) {
    for (const answer of [await admin.post(`${path(one)}/refresh`), await admin.post(`${path(one)}/reconnect`), await admin.get(`${path(one)}/projects`)]) {
      assert.deepEqual([answer.status, answer.json.code], [409, 'conflict'], `${mode}: ${answer.text}`);
      for (const host of [old.url, elsewhere]) assert.ok(answer.json.detail.includes(host), answer.text);
    }
    const now = (await admin.get(path(one))).json;
    assert.deepEqual([now.status, now.sentry_url], ['connected', old.url]);
    assert.match(now.remedy, /move-sentry/);
    const token = (await admin.post(`${path(one)}/test`)).json.checks.find((check) => check.name === 'token');
    assert.equal(token.outcome, 'failed');
    assert.match(token.detail, /move-sentry/);
  }
  // Due, and left alone.
  await tocsin.sql("update tocsin.credentials set due_at = tocsin.now() - interval '1 hour'");
  await tocsin.sql("update tocsin.integrations set told_installed_at = null, status_since = tocsin.now() - interval '1 hour' where mode = 'public'");
  const rounds = async () => Number(/^tocsin_scheduler_runs_total\{job="renew_credentials",result="done"\} (\d+)/m.exec((await tocsin.client({ base: tocsin.adminUrl }).get('/metrics')).text)?.[1] ?? 0);
  const from = await rounds();
  await eventually(async () => (await rounds()) > from + 5, { what: 'some rounds of the scheduler' });
  assert.equal(await tocsin.value("select count(*) from tocsin.refresh_attempts"), 0);
  assert.equal(calls, 0, 'the other host was not even called');
  assert.equal((await hook()).status, 401);
  const found = await findings();
  assert.equal(found.integrations.outcome, 'failed');
  assert.ok(found.integrations.detail.startsWith('3 were made with '), found.integrations.detail);
});

test('a Sentry that has moved takes them along', async () => {
  await tocsin.restart({ TOCSIN_SENTRY_URL: tocsin.sandboxUrl });
  admin = await tocsin.signedIn('admin');
  assert.equal((await tocsin.cli(['integration', 'move-sentry', '--from', 'nonsense', '--to', tocsin.sandboxUrl], { status: 2 })).stdout, '');
  const { stdout } = await tocsin.cli(['integration', 'move-sentry', '--from', `${old.url}/`, '--to', tocsin.sandboxUrl]);
  assert.match(stdout, /^3 integrations of /);
  for (const one of Object.values(integrations)) {
    await eventually(async () => (await admin.post(`${path(one)}/refresh`)).json.status === 'connected');
    const now = (await admin.get(path(one))).json;
    assert.equal(now.sentry_url, tocsin.sandboxUrl);
    assert.equal((await admin.get(`${path(one)}/projects`)).status, 200);
  }
  assert.equal((await hook()).status, 200);
  assert.equal((await findings()).integrations.outcome, 'ok');
  const noted = await tocsin.sql("select actor_kind, before_value, after_value from tocsin.audit_log where action = 'integration.sentry_moved'");
  assert.equal(noted.length, 3);
  assert.deepEqual(noted[0], { actor_kind: 'operator', before_value: { sentry_url: old.url }, after_value: { sentry_url: tocsin.sandboxUrl } });
});

test('two Sentrys that know the same are not made one', async () => {
  await tocsin.sql("insert into tocsin.sentry_organization_owners (sentry_host, sentry_org_id, organization_id) select 'http://third.example', sentry_org_id, organization_id from tocsin.sentry_organization_owners limit 1");
  const { stderr } = await tocsin.cli(['integration', 'move-sentry', '--from', tocsin.sandboxUrl, '--to', 'http://third.example'], { status: 1 });
  assert.match(stderr, /Nothing was changed/);
  assert.equal(await tocsin.value('select count(*) from tocsin.integrations where sentry_host = $1', [tocsin.sandboxUrl]), 3);
});
