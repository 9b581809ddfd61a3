// A firewall or proxy responds instead of Sentry. Its pages prove nothing about tokens, codes, or issues.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import {
  authorize, clearFaults, connect, connectError, connectInternal, connectOauth, control, countTokenRequests, createService, install, mapProject, startConnect,
} from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
const integrations = {};
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2', TOCSIN_REFRESH_BACKOFF_BASE: '1h', TOCSIN_REFRESH_BACKOFF_MAX: '2h' } });
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signInAs('admin');
  integrations.public = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  integrations.oauth = await connectOauth(tocsin, admin, tocsin.org);
  integrations.internal = (await connectInternal(tocsin, admin, tocsin.org)).integration;
});
after(() => tocsin?.stop());
afterEach(() => clearFaults(tocsin));

const areas = { public: 'authorizations', oauth: 'oauth_token', internal: 'organization' };
const path = (mode) => `${tocsin.org.path}/integrations/${integrations[mode].id}`;
const statuses = [400, 401, 403, 404, 409, 422];
const page = (match, status, times = 1) => control(tocsin, 'faults', { match, kind: 'html', status, times });
/** The token has expired, and the scheduler does not refresh it now. */
const expire = (mode) =>
  tocsin.sql("update tocsin.credentials set due_at = tocsin.now() + interval '1 hour', expires_at = tocsin.now() - interval '1 second' where integration_id = $1", [
    integrations[mode].id,
  ]);

for (const mode of Object.keys(areas))
  test(`${mode}: pages instead of new tokens never disconnect, not even after the token has expired`, async () => {
    for (const status of statuses) {
      await page(areas[mode], status);
      await expire(mode);
      const failed = await admin.post(`${path(mode)}/refresh`);
      assert.deepEqual([failed.json.status, failed.json.status_reason, failed.json.credential.failed_attempts], ['degraded', 'refresh_failing', 0], `${status}: ${failed.text}`);
      const attempt = (await admin.get(`${path(mode)}/attempts`)).json.items[0];
      assert.deepEqual([attempt.outcome, attempt.http_status], ['transient', status]);
      assert.match(attempt.detail, /a firewall or proxy responded instead of Sentry \(status \d+\)/);
    }
    const recovered = await admin.post(`${path(mode)}/refresh`);
    assert.equal(recovered.json.status, 'connected', recovered.text);
  });

test('a page instead of the JWT grant does not spend the refresh token', async () => {
  const before = await countTokenRequests(tocsin, ['refresh_token']);
  await page('authorizations', 403);
  await admin.post(`${path('public')}/refresh`);
  assert.equal(await countTokenRequests(tocsin, ['refresh_token']), before);
});

test('a page instead of the code exchange says that Sentry cannot be reached, and the code still works', async () => {
  const { authorize_url: url } = await startConnect(admin, tocsin.org);
  const callback = await install(tocsin, url, 'northwind');
  await page('authorizations', 403, 0);
  assert.equal(connectError(await admin.get(callback)), 'unavailable');
  const oauth = await startConnect(admin, tocsin.org, { mode: 'oauth', sentry_org: 'northwind' });
  await page('oauth_token', 401);
  assert.equal(connectError(await admin.get(await authorize(tocsin, oauth.authorize_url))), 'unavailable');
});

test('a page instead of the check of a pasted token is no refusal of that token', async () => {
  const created = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  const body = { mode: 'internal', token: created.token, client_secret: created.client_secret, sentry_org: 'northwind' };
  for (const status of statuses) {
    await page('organization', status);
    const response = await admin.post(`${tocsin.org.path}/integrations`, body);
    assert.deepEqual([response.status, response.json.code, response.json.errors ?? []], [503, 'unavailable', []], `${status}: ${response.text}`);
    assert.match(response.json.detail, /a firewall or proxy responded instead of Sentry/);
  }
});

test('a page instead of an issue leaves the incident open, and the issue is read again', async () => {
  await mapProject(admin, tocsin.org, integrations.public, 'dispatch', await createService(admin, tocsin.org, 'dispatch'));
  const { issue } = await control(tocsin, 'organizations/empire-state/issues', { project: 'dispatch' });
  const { number } = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
  await control(tocsin, 'settings', { webhook_url: 'http://127.0.0.1:9/lost' });
  await control(tocsin, `issues/${issue.id}/resolve`);
  await control(tocsin, 'settings', { webhook_url: `${tocsin.url}/webhooks/sentry` });
  await page('issues', 404);
  await page('issues', 403);
  const bodies = new IssueBodies(integrations.public.installation_id);
  bodies.id = issue.id;
  await tocsin.sendWebhook({ resource: 'issue', body: bodies.issue('unresolved', { status: 'resolved' }) });
  await tocsin.sql('update tocsin.reconcile_requests set due_at = tocsin.now()');
  await eventually(async () => {
    await tocsin.sql('update tocsin.reconcile_requests set due_at = tocsin.now() where due_at > tocsin.now() and tries < 3');
    return (await admin.get(`${tocsin.org.path}/incidents/${number}`)).json.status === 'resolved';
  });
});

test('a refusal that a new token cannot change does not refresh the token', async () => {
  const before = await countTokenRequests(tocsin);
  const sso = '{"detail":{"code":"sso-required","message":"Must login via SSO","extra":{"loginUrl":"/auth/login/northwind/"}}}';
  await control(tocsin, 'faults', { match: 'projects', kind: 'status', status: 401, body: sso, times: 0 });
  for (let i = 0; i < 3; ++i) {
    const refused = await admin.get(`${path('oauth')}/projects`);
    assert.deepEqual([refused.status, refused.json.code], [422, 'sentry_refused'], refused.text);
    assert.match(refused.json.detail, /single sign-on/);
  }
  assert.equal(await countTokenRequests(tocsin), before);
  assert.equal((await admin.get(path('oauth'))).json.status, 'connected');
});

test('a token that was replaced because Sentry refused it is not replaced again when Sentry refuses the new one', async () => {
  await control(tocsin, 'faults', { match: 'projects', kind: 'status', status: 401, times: 0 });
  const before = await countTokenRequests(tocsin);
  for (let i = 0; i < 3; ++i) assert.equal((await admin.get(`${path('oauth')}/projects`)).status, 422);
  assert.equal(await countTokenRequests(tocsin), before + 1);
});
