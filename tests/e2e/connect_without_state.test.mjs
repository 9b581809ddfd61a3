// The public integration's redirect carries no state: two open flows in one browser, an exchange whose response is lost, and an installation
// that was never exchanged.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connectError, control, install, sandboxState, startConnect, uninstallAll } from '../support/steps.mjs';

let tocsin;
let admin;
let globex;
before(async () => {
  tocsin = await startTocsin();
  globex = await tocsin.createOrganization('globex');
  // One person is an admin of both organizations.
  await tocsin.sql(
    `insert into tocsin.members (organization_id, user_id, role)
     select $1, user_id, 'admin' from tocsin.users where email = $2`,
    [globex.id, tocsin.org.people.admin.email],
  );
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());

const read = async (org, integration) => (await admin.get(`${org.path}/integrations/${integration.id}`)).json;
const createdBody = (uuid, code) => ({
  action: 'created',
  installation: { uuid },
  data: { installation: { uuid, code, status: 'pending', organization: { slug: 'northwind' }, app: { slug: 'tocsin-test' } } },
  actor: { type: 'user', id: '1', name: 'somebody' },
});

test('with two open flows in one browser, both wait until an admin confirms one of them', async () => {
  const first = (await startConnect(admin, tocsin.org)).integration;
  const { integration: second, authorize_url: url } = await startConnect(admin, globex);
  const back = await admin.get(await install(tocsin, url));
  assert.equal(back.headers.location, `/o/globex/integrations/${second.id}`);
  for (const [org, integration] of [[tocsin.org, first], [globex, second]]) {
    const now = await read(org, integration);
    assert.deepEqual([now.status, now.status_reason, now.sentry_org.slug], ['pending', 'confirm_organization', 'northwind']);
    assert.ok(now.remedy);
    assert.equal((await admin.get(`${org.path}/integrations/${integration.id}/projects`)).status, 409, 'the token is not used yet');
  }
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.ok(webhooks.every((webhook) => webhook.status === 401), 'webhooks are refused');
  const viewer = await tocsin.signInAs('viewer');
  assert.equal((await viewer.post(`${tocsin.org.path}/integrations/${first.id}/confirm`)).status, 403);
  const confirmed = await admin.post(`${tocsin.org.path}/integrations/${first.id}/confirm`);
  assert.equal(confirmed.json.status, 'connected', confirmed.text);
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${first.id}/projects`)).status, 200);
  const late = await admin.post(`${globex.path}/integrations/${second.id}/confirm`);
  assert.deepEqual([late.status, late.json.code], [409, 'already_claimed']);
  assert.equal((await admin.post(`${tocsin.org.path}/integrations/${first.id}/confirm`)).json.code, 'illegal_transition');
  const { installations } = await sandboxState(tocsin);
  assert.equal(installations[0].status, 'installed', 'the installation was reported as complete');
  // The job runs at once after a restart.
  await tocsin.setTimeOffset(16 * 60);
  await tocsin.restart();
  await eventually(async () => (await read(globex, second)).status_reason === 'awaiting_install');
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [second.id]), 0);
  await admin.post(`${tocsin.org.path}/integrations/${first.id}/disconnect`);
  await uninstallAll(tocsin);
});

test('an exchange whose response is lost is repaired only if a signed webhook has named its code', async () => {
  for (const [announced, expected] of [['before_redirect', null], ['after the callback', null], ['never', 'unavailable']]) {
    await control(tocsin, 'settings', { installation_created: announced === 'before_redirect' ? announced : 'never' });
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org);
    const callback = await install(tocsin, url);
    await control(tocsin, 'faults', { match: 'authorizations', kind: 'lost_answer' });
    const isCodeUsed = async () => (await sandboxState(tocsin)).installations.every((installation) => !installation.code_unused);
    const pending = admin.get(callback);
    if (announced === 'after the callback') {
      await eventually(isCodeUsed, { what: 'the exchange' });
      const { installationId: uuid, code } = Object.fromEntries(new URL(callback).searchParams);
      assert.equal((await tocsin.sendWebhook({ resource: 'installation', body: createdBody(uuid, code) })).status, 200);
    }
    assert.equal(connectError(await pending), expected, announced);
    assert.equal((await read(tocsin.org, integration)).status, expected ? 'pending' : 'connected');
    await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
    await uninstallAll(tocsin);
  }
  await control(tocsin, 'settings', { installation_created: 'after_redirect' });
});

test('the code of one installation does not prove another installation', async () => {
  await control(tocsin, 'settings', { installation_created: 'before_redirect' });
  const victim = await control(tocsin, 'installations', { organization: 'empire-state' });
  const { authorize_url: url, integration } = await startConnect(admin, tocsin.org);
  const callback = new URL(await install(tocsin, url));
  callback.searchParams.set('installationId', victim.uuid);
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'drop' });
  const before = (await sandboxState(tocsin)).token_calls.jwt_bearer ?? {};
  assert.equal(connectError(await admin.get(callback.href)), 'unavailable');
  assert.deepEqual((await sandboxState(tocsin)).token_calls.jwt_bearer ?? {}, before, 'no token request by UUID alone');
  assert.equal((await read(tocsin.org, integration)).status, 'pending');
  await control(tocsin, 'settings', { installation_created: 'after_redirect' });
  await uninstallAll(tocsin);
});

test('hundreds of signed installation webhooks connect nothing, and their codes are not stored in the clear', async () => {
  const before = await tocsin.value('select count(*) from tocsin.integrations');
  const { integration, authorize_url: url } = await startConnect(admin, tocsin.org);
  const callback = new URL(await install(tocsin, url));
  const announced = Array.from({ length: 300 }, () => ({ uuid: randomUUID(), code: randomUUID().replaceAll('-', '').repeat(2) }));
  const responses = await Promise.all(
    announced.map(({ uuid, code }) =>
      tocsin.sendWebhook({
        resource: 'installation',
        body: createdBody(uuid, code),
      }),
    ),
  );
  assert.ok(responses.every((response) => response.status === 200));
  assert.equal(await tocsin.value('select count(*) from tocsin.integrations'), before + 1, 'only the integration of the open flow');
  assert.equal(await tocsin.value('select count(*) from tocsin.installation_owners where installation_id = any($1)', [announced.map((installation) => installation.uuid)]), 0);
  const stored = JSON.stringify(await tocsin.sql('select sentry_org_slug, code_hash from tocsin.unclaimed_installations'));
  assert.ok(announced.every(({ code }) => !stored.includes(code)));
  // One of these codes in a callback of the open flow: Sentry rejects it, and Tocsin requests no token by UUID.
  const jwtCalls = async () => (await sandboxState(tocsin)).token_calls.jwt_bearer ?? {};
  const jwtCallsBefore = await jwtCalls();
  callback.searchParams.set('installationId', announced[7].uuid);
  callback.searchParams.set('code', announced[7].code);
  assert.equal(connectError(await admin.get(callback.href)), 'sentry_refused');
  assert.deepEqual(await jwtCalls(), jwtCallsBefore);
  assert.equal((await read(tocsin.org, integration)).status, 'pending');
  await uninstallAll(tocsin);
});

test('an installation whose code was never exchanged has an error code of its own', async () => {
  await startConnect(admin, tocsin.org);
  assert.equal(connectError(await admin.get('/oauth/sentry/callback?installationId=7a485448-a9e2-4c85-8a3c-4f44175783c9')), 'installation_without_code');
});

test('a refused claim is in the audit log of both organizations', async () => {
  const readLog = (org) => tocsin.sql('select actor_name, action, after_value from tocsin.audit_log where organization_id = $1 order by audit_id', [org.id]);
  const log = await readLog(tocsin.org);
  const { email } = tocsin.org.people.admin;
  assert.ok(log.some((entry) => entry.actor_name === email && entry.after_value?.reason === 'disconnected_by_admin'));
  assert.ok((await readLog(globex)).some((entry) => entry.action === 'integration.claim_refused' && entry.actor_name === email));
  const notices = log.filter((entry) => entry.action === 'integration.claim_by_another_refused');
  assert.equal(notices.length, 1);
  assert.doesNotMatch(JSON.stringify(notices), /globex/i);
});
