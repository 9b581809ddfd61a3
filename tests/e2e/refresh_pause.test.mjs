// A fault of the deployment or of Sentry that affects many integrations at once pauses refreshing and disconnects none of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, connectInternal, connectOauth, control } from '../support/steps.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2', TOCSIN_REFRESH_BACKOFF_BASE: '1s', TOCSIN_REFRESH_BACKOFF_MAX: '1s' } });
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());

const read = async (integration) => (await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json;

test('a failure of many integrations at once pauses refreshing, disconnects none, and is reported', async () => {
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  const all = [
    await connect(tocsin, admin, tocsin.org),
    await connectOauth(tocsin, admin, tocsin.org),
    await connectOauth(tocsin, admin, tocsin.org),
    (await connectInternal(tocsin, admin, tocsin.org)).integration,
  ];
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 400, body: '{"error":"invalid_request"}', times: 0 });
  // All but the internal integration, which has no refresh, fail once by hand, within one backoff; the scheduled attempts then fail again
  // and again.
  await Promise.all(all.slice(0, 3).map((item) => admin.post(`${tocsin.org.path}/integrations/${item.id}/refresh`)));
  await eventually(async () => (await tocsin.value("select count(*) from tocsin.refresh_attempts where trigger = 'schedule' and outcome = 'refused'")) >= 6, { limit: 60_000 });
  for (const item of all) assert.notEqual((await read(item)).status, 'disconnected');
  assert.equal(await tocsin.metric('tocsin_credential_refresh_paused'), 1);
  const ready = await tocsin.client({ base: tocsin.adminUrl }).get('/readyz?verbose');
  assert.equal(ready.status, 200, 'readiness does not depend on Sentry');
  assert.match(ready.json.checks.refreshing, /paused/);
  await clearFaults(tocsin);
  await eventually(async () => {
    const now = await Promise.all(all.map((item) => read(item)));
    return now.every((item) => item.status === 'connected');
  });
  await eventually(async () => /^tocsin_credential_refresh_paused 0$/m.test(await tocsin.metrics()));
  tocsin.allowErrors(/refreshing paused/);
});

test('status changes are in the audit log with their actor', async () => {
  const log = await tocsin.sql('select actor_kind, actor_name, action, before_value, after_value from tocsin.audit_log where organization_id = $1 order by audit_id', [tocsin.org.id]);
  const { email } = tocsin.org.people.admin;
  assert.ok(log.some((entry) => entry.action === 'integration.status' && entry.actor_kind === 'user' && entry.actor_name === email && entry.after_value?.status === 'connected'));
  assert.ok(log.some((entry) => entry.actor_kind === 'system' && entry.before_value?.status === 'connected' && entry.after_value?.reason === 'refresh_failing'));
});
