// A connection is made only by the browser, session and person that began it, once, and for one owner.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control, createService, install, mapProject, startConnect } from '../support/story.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
});
after(() => tocsin?.stop());

const exchanges = async () => {
  const calls = (await control(tocsin, 'state', undefined, 'GET')).token_calls.authorization_code ?? {};
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
};
const errorOf = (answer) => new URL(answer.headers.location, tocsin.url).searchParams.get('connect_error');

async function freshCallback(client = admin, organization = 'northwind') {
  const { authorize_url: url, integration } = await startConnect(client, tocsin.org);
  return { url: await install(tocsin, url, organization), integration };
}

async function uninstallAll() {
  const { installations } = await control(tocsin, 'state', undefined, 'GET');
  for (const { uuid } of installations) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
}

test('another browser, a signed-out one and another session are refused without an exchange', async () => {
  const before = await exchanges();
  const other = await tocsin.signedIn('owner');
  const { url } = await freshCallback();
  const stranger = await tocsin.client().get(url);
  assert.equal(stranger.status, 303);
  assert.equal(errorOf(stranger), 'wrong_browser');
  assert.equal(errorOf(await other.get(url)), 'wrong_browser');

  const binding = admin.cookies.get('tocsin_connect').value;
  const withoutSession = await tocsin.client().get(url, { headers: { Cookie: `tocsin_connect=${binding}` } });
  assert.equal(errorOf(withoutSession), 'wrong_browser', 'the cookie alone, without the session that began');
  assert.equal(errorOf(await admin.get(url)), 'expired', 'the attempt used the intent up');
  assert.equal(await exchanges(), before);
  await uninstallAll();
});

test('a callback without an intent does nothing', async () => {
  const before = await exchanges();
  const answer = await admin.get(`/oauth/sentry/callback?code=fake&installationId=7a485448-a9e2-4c85-8a3c-4f44175783c9&orgSlug=northwind`);
  assert.equal(errorOf(answer), 'expired');
  assert.equal(await exchanges(), before);
});

test('an expired intent is refused', async () => {
  const before = await exchanges();
  const { url } = await freshCallback();
  await tocsin.moveTime(11 * 60);
  assert.equal(errorOf(await admin.get(url)), 'expired');
  assert.equal(await exchanges(), before);
  await uninstallAll();
});

test('a demoted admin does not finish what they began', async () => {
  const { url } = await freshCallback();
  await tocsin.sql("update tocsin.members set role = 'viewer' from tocsin.users u where u.user_id = members.user_id and u.email = $1", [tocsin.org.people.admin.email]);
  assert.equal(errorOf(await admin.get(url)), 'wrong_browser');
  await tocsin.sql("update tocsin.members set role = 'admin' from tocsin.users u where u.user_id = members.user_id and u.email = $1", [tocsin.org.people.admin.email]);
  await uninstallAll();
});

test('fifty callbacks at once exchange once', async () => {
  const before = await exchanges();
  const { url, integration } = await freshCallback();
  const answers = await Promise.all(Array.from({ length: 50 }, () => admin.get(url)));
  assert.equal(answers.filter((answer) => answer.headers.location.endsWith('?connected=1')).length, 1);
  assert.equal(await exchanges(), before + 1);
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json.status, 'connected');
  assert.doesNotMatch(answers.map((answer) => answer.headers.location).join(), /code=|installationId/);
});

test('a Sentry organization belongs to one organization only', async () => {
  const other = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signedIn('admin', other);
  // Uninstalled and installed anew: another UUID of the same Sentry organization.
  await uninstallAll();
  const { authorize_url: url, integration } = await startConnect(theirs, other);
  const answer = await theirs.get(await install(tocsin, url));
  assert.equal(errorOf(answer), 'already_claimed');
  assert.equal((await theirs.get(`${other.path}/integrations/${integration.id}`)).json.status, 'pending');
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]), 0);
  // Their own is theirs, beside it.
  await uninstallAll();
  await connect(tocsin, theirs, other, { organization: 'empire-state' });
});

test('what Sentry refuses or does not answer is told, and nothing is left half done', async () => {
  await uninstallAll();
  for (const [fault, code] of [
    [{ match: 'authorizations', kind: 'status', status: 401 }, 'sentry_refused'],
    [{ match: 'authorizations', kind: 'status', status: 500 }, 'unavailable'],
    [{ match: 'authorizations', kind: 'garbage' }, 'unavailable'],
    [{ match: 'installation', kind: 'status', status: 404 }, 'sentry_refused'],
  ]) {
    const { url, integration } = await freshCallback();
    await control(tocsin, 'faults', fault);
    assert.equal(errorOf(await admin.get(url)), code, JSON.stringify(fault));
    assert.equal(await tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]), 0);
    await uninstallAll();
  }
});

test('once the code is spent, a stumble of Sentry\'s costs nobody the installation', async () => {
  for (const fault of [{ kind: 'status', status: 503, times: 2 }, { kind: 'drop', times: 1 }]) {
    const { url, integration } = await freshCallback();
    await control(tocsin, 'faults', { match: 'installation', ...fault });
    const back = await admin.get(url);
    assert.ok(back.headers.location.endsWith('?connected=1'), back.headers.location);
    await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
    await uninstallAll();
  }
});

test('saying no at Sentry leads back to the console', async () => {
  const answer = await admin.get('/oauth/sentry/callback?error=access_denied');
  assert.equal(errorOf(answer), 'denied');
});

test('where telling Sentry that the installation is complete failed, the scheduler tells again', async () => {
  const { url, integration } = await freshCallback();
  assert.ok((await admin.get(url)).headers.location.endsWith('?connected=1'));
  const { installations } = await control(tocsin, 'state', undefined, 'GET');
  assert.equal(installations.find((one) => one.uuid)?.status, 'installed');
  const told = 'select told_installed_at is not null from tocsin.integrations where integration_id = $1';
  assert.equal(await tocsin.value(told, [integration.id]), true);
  // As after a failure: not told yet.
  await tocsin.sql('update tocsin.integrations set told_installed_at = null where integration_id = $1', [integration.id]);
  await tocsin.moveTime(3600);
  await eventually(async () => tocsin.value(told, [integration.id]));
});

test('an unfinished connection that has a mapping does not block the next ones', async () => {
  await uninstallAll();
  const { integration } = await startConnect(admin, tocsin.org);
  const service = await createService(admin, tocsin.org, 'early');
  await mapProject(admin, tocsin.org, integration, 'typed-in-by-hand', service);
  await tocsin.moveTime(7200);
  await startConnect(admin, tocsin.org);
  assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).status, 200, 'it is kept');
});
