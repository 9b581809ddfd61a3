// What a redirect without a state leaves open: two organizations that ask in one browser, an exchange whose answer is lost, an
// installation that was never exchanged. And a fault of our own that hits everybody.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, connectInternal, connectOauth, control, install, startConnect } from '../support/story.mjs';

let tocsin;
let admin;
let globex;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2', TOCSIN_REFRESH_BACKOFF_BASE: '50ms', TOCSIN_REFRESH_BACKOFF_MAX: '100ms' } });
  globex = await tocsin.createOrganization('globex');
  // One person who is an admin of both.
  await tocsin.sql(
    `insert into tocsin.members (organization_id, user_id, role)
     select $1, user_id, 'admin' from tocsin.users where email = $2`,
    [globex.id, tocsin.org.people.admin.email],
  );
  admin = await tocsin.signedIn('admin');
});
after(() => tocsin?.stop());

const read = async (org, integration) => (await admin.get(`${org.path}/integrations/${integration.id}`)).json;
const errorOf = (answer) => new URL(answer.headers.location, tocsin.url).searchParams.get('connect_error');
const createdBody = (uuid, code) => ({
  action: 'created',
  installation: { uuid },
  data: { installation: { uuid, code, status: 'pending', organization: { slug: 'northwind' }, app: { slug: 'tocsin-test' } } },
  actor: { type: 'user', id: '1', name: 'somebody' },
});
async function uninstallAll() {
  const { installations } = await control(tocsin, 'state', undefined, 'GET');
  for (const { uuid } of installations) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
}

test('two organizations that ask in one browser: each waits, the confirmed one has it', async () => {
  const first = (await startConnect(admin, tocsin.org)).integration;
  const { integration: second, authorize_url: url } = await startConnect(admin, globex);
  const back = await admin.get(await install(tocsin, url));
  assert.equal(back.headers.location, `/o/globex/integrations/${second.id}`);
  for (const [org, one] of [[tocsin.org, first], [globex, second]]) {
    const now = await read(org, one);
    assert.deepEqual([now.status, now.status_reason, now.sentry_org.slug], ['pending', 'confirm_organization', 'northwind']);
    assert.ok(now.remedy);
    assert.equal((await admin.get(`${org.path}/integrations/${one.id}/projects`)).status, 409, 'nothing is read with it yet');
  }
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.ok(webhooks.every((one) => one.status === 401), 'and no webhook has an effect');
  const viewer = await tocsin.signedIn('viewer');
  assert.equal((await viewer.post(`${tocsin.org.path}/integrations/${first.id}/confirm`)).status, 403);
  const confirmed = await admin.post(`${tocsin.org.path}/integrations/${first.id}/confirm`);
  assert.equal(confirmed.json.status, 'connected', confirmed.text);
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${first.id}/projects`)).status, 200);
  const late = await admin.post(`${globex.path}/integrations/${second.id}/confirm`);
  assert.deepEqual([late.status, late.json.code], [409, 'already_claimed']);
  assert.equal((await admin.post(`${tocsin.org.path}/integrations/${first.id}/confirm`)).json.code, 'illegal_transition');
  const { installations } = await control(tocsin, 'state', undefined, 'GET');
  assert.equal(installations[0].status, 'installed', 'Sentry was told');
  // A restart makes the job run at once.
  await tocsin.moveTime(16 * 60);
  await tocsin.restart();
  await eventually(async () => (await read(globex, second)).status_reason === 'awaiting_install');
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [second.id]), 0);
  await admin.post(`${tocsin.org.path}/integrations/${first.id}/disconnect`);
  await uninstallAll();
});

test('an exchange whose answer is lost is repaired only where a signed webhook has named its code', async () => {
  for (const [announced, expected] of [['before_redirect', null], ['after the callback', null], ['never', 'unavailable']]) {
    await control(tocsin, 'settings', { installation_created: announced === 'before_redirect' ? announced : 'never' });
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org);
    const callback = await install(tocsin, url);
    await control(tocsin, 'faults', { match: 'authorizations', kind: 'lost_answer' });
    const spent = async () => (await control(tocsin, 'state', undefined, 'GET')).installations.every((one) => !one.code_unused);
    const arrived = admin.get(callback);
    if (announced === 'after the callback') {
      await eventually(spent, { what: 'the exchange' });
      const { installationId: uuid, code } = Object.fromEntries(new URL(callback).searchParams);
      assert.equal((await tocsin.webhook({ resource: 'installation', body: createdBody(uuid, code) })).status, 200);
    }
    assert.equal(errorOf(await arrived), expected, announced);
    assert.equal((await read(tocsin.org, integration)).status, expected ? 'pending' : 'connected');
    await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
    await uninstallAll();
  }
  await control(tocsin, 'settings', { installation_created: 'after_redirect' });
});

test('the code of another installation proves nothing about this one', async () => {
  await control(tocsin, 'settings', { installation_created: 'before_redirect' });
  const victim = await control(tocsin, 'installations', { organization: 'empire-state' });
  const { authorize_url: url, integration } = await startConnect(admin, tocsin.org);
  const callback = new URL(await install(tocsin, url));
  callback.searchParams.set('installationId', victim.uuid);
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'drop' });
  const before = (await control(tocsin, 'state', undefined, 'GET')).token_calls.jwt_bearer ?? {};
  assert.equal(errorOf(await admin.get(callback.href)), 'unavailable');
  assert.deepEqual((await control(tocsin, 'state', undefined, 'GET')).token_calls.jwt_bearer ?? {}, before, 'no token was asked for by the UUID alone');
  assert.equal((await read(tocsin.org, integration)).status, 'pending');
  await control(tocsin, 'settings', { installation_created: 'after_redirect' });
  await uninstallAll();
});

test('hundreds of signed announcements connect nothing, and keep no code in the clear', async () => {
  const before = await tocsin.value('select count(*) from tocsin.integrations');
  const { integration, authorize_url: url } = await startConnect(admin, tocsin.org);
  const callback = new URL(await install(tocsin, url));
  const announced = Array.from({ length: 300 }, () => ({ uuid: randomUUID(), code: randomUUID().replaceAll('-', '').repeat(2) }));
  const answers = await Promise.all(
    announced.map(({ uuid, code }) =>
      tocsin.webhook({
        resource: 'installation',
        body: createdBody(uuid, code),
      }),
    ),
  );
  assert.ok(answers.every((answer) => answer.status === 200));
  assert.equal(await tocsin.value('select count(*) from tocsin.integrations'), before + 1, 'only the one that was begun');
  assert.equal(await tocsin.value('select count(*) from tocsin.installation_owners where installation_id = any($1)', [announced.map((one) => one.uuid)]), 0);
  const kept = JSON.stringify(await tocsin.sql('select sentry_org_slug, code_hash from tocsin.unclaimed_installations'));
  assert.ok(announced.every(({ code }) => !kept.includes(code)));
  // A code of one of them, brought to the open intent: Sentry does not know it, and nobody gets a token for a UUID.
  const jwt = async () => (await control(tocsin, 'state', undefined, 'GET')).token_calls.jwt_bearer ?? {};
  const then = await jwt();
  callback.searchParams.set('installationId', announced[7].uuid);
  callback.searchParams.set('code', announced[7].code);
  assert.equal(errorOf(await admin.get(callback.href)), 'sentry_refused');
  assert.deepEqual(await jwt(), then);
  assert.equal((await read(tocsin.org, integration)).status, 'pending');
  await uninstallAll();
});

test('installed before but never exchanged: the page says what to do', async () => {
  await startConnect(admin, tocsin.org);
  assert.equal(errorOf(await admin.get('/oauth/sentry/callback?installationId=7a485448-a9e2-4c85-8a3c-4f44175783c9')), 'installation_without_code');
});

test('what fails for many at once condemns none, pauses renewing and says so', async () => {
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  const all = [
    await connect(tocsin, admin, tocsin.org),
    await connectOauth(tocsin, admin, tocsin.org),
    await connectOauth(tocsin, admin, tocsin.org),
    (await connectInternal(tocsin, admin, tocsin.org)).integration,
  ];
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await control(tocsin, 'faults', { match: 'oauth_token', kind: 'status', status: 400, body: '{"error":"invalid_request"}', times: 0 });
  // All but the internal one, which is not renewed, begin to fail by hand; then what is due fails again and again.
  for (const one of all.slice(0, 3)) await admin.post(`${tocsin.org.path}/integrations/${one.id}/refresh`);
  await eventually(async () => (await tocsin.value("select count(*) from tocsin.refresh_attempts where trigger = 'schedule' and outcome = 'refused'")) >= 12, { limit: 60_000 });
  for (const one of all) assert.notEqual((await read(tocsin.org, one)).status, 'disconnected');
  const metrics = (await tocsin.client({ base: tocsin.adminUrl }).get('/metrics')).text;
  assert.match(metrics, /^tocsin_credential_refresh_paused 1$/m);
  const ready = await tocsin.client({ base: tocsin.adminUrl }).get('/readyz?verbose');
  assert.equal(ready.status, 200, 'Sentry\'s trouble takes nothing from readiness');
  assert.match(ready.json.checks.refreshing, /paused/);
  await control(tocsin, 'faults', undefined, 'DELETE');
  await eventually(async () => {
    const now = await Promise.all(all.map((one) => read(tocsin.org, one)));
    return now.every((one) => one.status === 'connected');
  });
  await eventually(async () => /^tocsin_credential_refresh_paused 0$/m.test((await tocsin.client({ base: tocsin.adminUrl }).get('/metrics')).text));
  tocsin.allowErrors(/refreshing paused/);
});

test('every change of a status is in the audit log, with who made it; a refused claim is in both organizations\' own', async () => {
  const of = (org) => tocsin.sql('select actor_kind, actor_name, action, before_value, after_value from tocsin.audit_log where organization_id = $1 order by audit_id', [org.id]);
  const mine = await of(tocsin.org);
  const { email } = tocsin.org.people.admin;
  assert.ok(mine.some((one) => one.action === 'integration.status' && one.actor_kind === 'user' && one.actor_name === email && one.after_value?.status === 'connected'));
  assert.ok(mine.some((one) => one.actor_kind === 'system' && one.before_value?.status === 'connected' && one.after_value?.reason === 'refresh_failing'));
  assert.ok(mine.some((one) => one.actor_name === email && one.after_value?.reason === 'disconnected_by_admin'));
  const theirs = await of(globex);
  assert.ok(theirs.some((one) => one.action === 'integration.claim_refused' && one.actor_name === email));
  const told = mine.filter((one) => one.action === 'integration.claim_by_another_refused');
  assert.equal(told.length, 1);
  assert.doesNotMatch(JSON.stringify(told), /globex/i);
});
