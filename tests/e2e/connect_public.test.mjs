// The public integration: only the browser, session, and person that started a flow can finish it, once, and for one organization.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, connectError, control, countTokenRequests, createService, install, isConnected, mapProject, sandboxState, startConnect, uninstallAll } from '../support/steps.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());

const countExchanges = () => countTokenRequests(tocsin, ['authorization_code']);

async function installAndGetCallback(client = admin, organization = 'northwind') {
  const { authorize_url: url, integration } = await startConnect(client, tocsin.org);
  return { url: await install(tocsin, url, organization), integration };
}

test('a callback in another browser, without a session, or in another session is refused without an exchange', async () => {
  const before = await countExchanges();
  const other = await tocsin.signInAs('owner');
  const { url } = await installAndGetCallback();
  const stranger = await tocsin.client().get(url);
  assert.equal(stranger.status, 303);
  assert.equal(connectError(stranger), 'wrong_browser');
  assert.equal(connectError(await other.get(url)), 'wrong_browser');

  const binding = admin.cookies.get('tocsin_connect').value;
  const withoutSession = await tocsin.client().get(url, { headers: { Cookie: `tocsin_connect=${binding}` } });
  assert.equal(connectError(withoutSession), 'wrong_browser', 'the cookie without the session that started the flow');
  assert.equal(await countExchanges(), before);
  assert.ok(isConnected(await admin.get(url)), 'the flow is still open for its own browser');
  await uninstallAll(tocsin);
});

test('a callback without an open flow has no effect', async () => {
  const before = await countExchanges();
  const response = await admin.get(`/oauth/sentry/callback?code=fake&installationId=7a485448-a9e2-4c85-8a3c-4f44175783c9&orgSlug=northwind`);
  assert.equal(connectError(response), 'expired');
  assert.equal(await countExchanges(), before);
});

test('a callback of an expired flow is refused', async () => {
  const before = await countExchanges();
  const { url } = await installAndGetCallback();
  await tocsin.setTimeOffset(11 * 60);
  assert.equal(connectError(await admin.get(url)), 'expired');
  assert.equal(await countExchanges(), before);
  await uninstallAll(tocsin);
});

test('a demoted admin cannot finish a flow', async () => {
  const { url } = await installAndGetCallback();
  await tocsin.sql("update tocsin.members set role = 'viewer' from tocsin.users u where u.user_id = members.user_id and u.email = $1", [tocsin.org.people.admin.email]);
  assert.equal(connectError(await admin.get(url)), 'wrong_browser');
  await tocsin.sql("update tocsin.members set role = 'admin' from tocsin.users u where u.user_id = members.user_id and u.email = $1", [tocsin.org.people.admin.email]);
  await uninstallAll(tocsin);
});

test('fifty simultaneous callbacks cause one exchange', async () => {
  const before = await countExchanges();
  const { url, integration } = await installAndGetCallback();
  const responses = await Promise.all(Array.from({ length: 50 }, () => admin.get(url)));
  assert.equal(responses.filter(isConnected).length, 1);
  assert.equal(await countExchanges(), before + 1);
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json.status, 'connected');
  assert.doesNotMatch(responses.map((response) => response.headers.location).join(), /code=|installationId/);
});

test('a Sentry organization belongs to only one organization', async () => {
  const other = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signInAs('admin', other);
  // A new installation, with another UUID, in the same Sentry organization.
  await uninstallAll(tocsin);
  const { authorize_url: url, integration } = await startConnect(theirs, other);
  const response = await theirs.get(await install(tocsin, url));
  assert.equal(connectError(response), 'already_claimed');
  assert.equal((await theirs.get(`${other.path}/integrations/${integration.id}`)).json.status, 'pending');
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]), 0);
  // Another Sentry organization is free.
  await uninstallAll(tocsin);
  await connect(tocsin, theirs, other, { organization: 'empire-state' });
});

test('if Sentry refuses or does not respond, the error is shown and nothing is stored', async () => {
  await uninstallAll(tocsin);
  for (const [fault, code] of [
    [{ match: 'authorizations', kind: 'status', status: 401 }, 'sentry_refused'],
    [{ match: 'authorizations', kind: 'status', status: 500 }, 'unavailable'],
    [{ match: 'authorizations', kind: 'garbage' }, 'unavailable'],
    [{ match: 'installation', kind: 'status', status: 404 }, 'sentry_refused'],
  ]) {
    const { url, integration } = await installAndGetCallback();
    await control(tocsin, 'faults', fault);
    assert.equal(connectError(await admin.get(url)), code, JSON.stringify(fault));
    assert.equal(await tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]), 0);
    await uninstallAll(tocsin);
  }
});

test('after the code is used, a temporary fault of Sentry does not lose the installation', async () => {
  for (const fault of [{ kind: 'status', status: 503, times: 2 }, { kind: 'drop', times: 1 }]) {
    const { url, integration } = await installAndGetCallback();
    await control(tocsin, 'faults', { match: 'installation', ...fault });
    const back = await admin.get(url);
    assert.ok(isConnected(back), back.headers.location);
    await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
    await uninstallAll(tocsin);
  }
});

test('denying access in Sentry redirects to the console', async () => {
  const response = await admin.get('/oauth/sentry/callback?error=access_denied');
  assert.equal(connectError(response), 'denied');
});

test('the scheduler repeats a failed report to Sentry that the installation is complete', async () => {
  const { url, integration } = await installAndGetCallback();
  assert.ok(isConnected(await admin.get(url)));
  const { installations } = await sandboxState(tocsin);
  assert.equal(installations.find((installation) => installation.uuid)?.status, 'installed');
  const isConfirmed = 'select install_confirmed_at is not null from tocsin.integrations where integration_id = $1';
  assert.equal(await tocsin.value(isConfirmed, [integration.id]), true);
  // The state after a failed report.
  await tocsin.sql('update tocsin.integrations set install_confirmed_at = null where integration_id = $1', [integration.id]);
  await tocsin.setTimeOffset(3600);
  await eventually(async () => tocsin.value(isConfirmed, [integration.id]));
});

test('an unfinished integration with a mapping does not block new ones', async () => {
  await uninstallAll(tocsin);
  const { integration } = await startConnect(admin, tocsin.org);
  const service = await createService(admin, tocsin.org, 'early');
  await mapProject(admin, tocsin.org, integration, 'typed-in-by-hand', service);
  await tocsin.setTimeOffset(7200);
  await startConnect(admin, tocsin.org);
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).status, 200, 'the integration is kept');
});
