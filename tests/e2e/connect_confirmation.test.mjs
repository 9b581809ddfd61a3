// A Sentry organization that an admin did not name is connected only after a person has seen and confirmed it; and who may confirm it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, connectError, control, install, isConnected, startConnect, uninstallAll } from '../support/steps.mjs';

let tocsin;
let admin;
let owner;
let integrations;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  owner = await tocsin.signInAs('owner');
  integrations = `${tocsin.org.path}/integrations`;
});
beforeEach(() => uninstallAll(tocsin));
after(() => tocsin?.stop());

const read = async (id) => (await admin.get(`${integrations}/${id}`)).json;
const stateOf = (integration) => [integration.status, integration.status_reason, integration.sentry_org?.slug];
const leave = (id) => admin.post(`${integrations}/${id}/disconnect`);

test('an organization that was not named waits until the admin confirms it, and is not used before', async () => {
  const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'public' });
  const back = await admin.get(await install(tocsin, url));
  assert.equal(back.headers.location, `/o/${tocsin.org.slug}/integrations/${integration.id}`);
  const waiting = await read(integration.id);
  assert.deepEqual(stateOf(waiting), ['pending', 'confirm_organization', 'northwind']);
  assert.equal(waiting.installation_id, null);
  assert.equal((await admin.get(`${integrations}/${integration.id}/projects`)).status, 409);
  const { webhooks } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  assert.ok(webhooks.every((webhook) => webhook.status === 401), JSON.stringify(webhooks));
  assert.equal(await tocsin.value('select count(*) from tocsin.installation_owners where released_at is null'), 0);

  const token = tocsin.client({ token: await tocsin.createToken(tocsin.org.slug, 'admin') });
  assert.equal((await token.post(`${integrations}/${integration.id}/confirm`)).status, 403, 'not with an API token');
  assert.equal((await owner.post(`${integrations}/${integration.id}/confirm`)).status, 403, 'not in another session');
  const confirmed = await admin.post(`${integrations}/${integration.id}/confirm`);
  assert.deepEqual(stateOf(confirmed.json), ['connected', 'ok', 'northwind'], confirmed.text);
  assert.notEqual(confirmed.json.installation_id, null);
  assert.equal((await admin.get(`${integrations}/${integration.id}/projects`)).status, 200);
  await leave(integration.id);
});

for (const named of ['northwind', 'NORTHWIND', 'empire']) {
  test(`an installation planted into an open flow that names ${named} is shown before it is connected`, async () => {
    // An attacker's own installation, whose callback the victim's browser opens.
    const attacker = await startConnect(owner, tocsin.org, { mode: 'public' });
    const planted = await install(tocsin, attacker.authorize_url, 'empire-state');
    const { integration } = await startConnect(admin, tocsin.org, { mode: 'public', sentry_org: named });
    const back = await admin.get(planted);
    assert.equal(back.headers.location, `/o/${tocsin.org.slug}/integrations/${integration.id}`);
    assert.deepEqual(stateOf(await read(integration.id)), ['pending', 'confirm_organization', 'empire-state']);
    assert.equal(await tocsin.value('select count(*) from tocsin.sentry_organization_owners where released_at is null'), 0);
    await leave(integration.id);
  });
}

test('a named organization connects at once, by slug and by id', async () => {
  const { id } = (await connect(tocsin, admin, tocsin.org)).sentry_org;
  await leave((await admin.get(integrations)).json.items[0].id);
  await uninstallAll(tocsin);
  const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'public', sentry_org: id });
  assert.ok(isConnected(await admin.get(await install(tocsin, url))));
  await leave(integration.id);
});

test('the server chooses the value of the cookie', async () => {
  const planted = 'p'.repeat(43);
  const withCookie = async (client, value) => {
    const session = client.cookies.header(new URL(tocsin.url)).split('; ').filter((pair) => !pair.startsWith('tocsin_connect='));
    const response = await client.post(integrations, { mode: 'public' }, { headers: { Cookie: [...session, `tocsin_connect=${value}`].join('; ') } });
    assert.equal(response.status, 201, response.text);
    await leave(response.json.integration.id);
    return client.cookies.get('tocsin_connect').value;
  };
  assert.notEqual(await withCookie(admin, planted), planted);
  await startConnect(owner, tocsin.org);
  const ofOwner = owner.cookies.get('tocsin_connect').value;
  assert.notEqual(await withCookie(admin, ofOwner), ofOwner, 'the value of another session');
});

test('a flow that was started with an API token ends at a question for a signed-in admin', async () => {
  const token = tocsin.client({ token: await tocsin.createToken(tocsin.org.slug, 'admin') });
  const { integration, authorize_url: url } = await startConnect(token, tocsin.org);
  const cookie = `tocsin_connect=${token.cookies.get('tocsin_connect').value}`;
  const back = await tocsin.client().get(await install(tocsin, url), { headers: { Cookie: cookie } });
  assert.equal(back.headers.location, `/o/${tocsin.org.slug}/integrations/${integration.id}`);
  assert.deepEqual(stateOf(await read(integration.id)), ['pending', 'confirm_organization', 'northwind']);
  assert.equal((await token.post(`${integrations}/${integration.id}/confirm`)).status, 403);
  assert.equal((await admin.post(`${integrations}/${integration.id}/confirm`)).json.status, 'connected');
  await leave(integration.id);
});

test('if the API token that started a flow is revoked, nothing is connected', async () => {
  const token = tocsin.client({ token: await tocsin.createToken(tocsin.org.slug, 'admin', 'revoked soon') });
  const { integration, authorize_url: url } = await startConnect(token, tocsin.org);
  const callback = await install(tocsin, url);
  await tocsin.sql("update tocsin.api_tokens set revoked_at = now() where name = 'revoked soon'");
  const cookie = `tocsin_connect=${token.cookies.get('tocsin_connect').value}`;
  assert.equal(connectError(await tocsin.client().get(callback, { headers: { Cookie: cookie } })), 'wrong_browser');
  assert.deepEqual(stateOf(await read(integration.id)), ['pending', 'awaiting_install', undefined]);
});

test('agreeing to another organization in a reconnect agrees to the one that was refused', async () => {
  const connected = await connect(tocsin, admin, tocsin.org);
  const reconnectTo = async (organization, body) => {
    await uninstallAll(tocsin);
    const started = await admin.post(`${integrations}/${connected.id}/reconnect`, body);
    assert.equal(started.status, 200, started.text);
    return admin.get(await install(tocsin, started.json.authorize_url, organization));
  };
  assert.equal(connectError(await reconnectTo('empire-state', { allow_other_organization: true })), 'other_organization', 'none was refused yet');
  assert.equal((await read(connected.id)).sentry_org.slug, 'northwind');
  assert.ok(isConnected(await reconnectTo('empire-state', { allow_other_organization: true })));
  assert.equal((await read(connected.id)).sentry_org.slug, 'empire-state');
  await leave(connected.id);
});

test('an abandoned connect with a webhook secret does not block new ones', async () => {
  const { integration } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  const set = await admin.patch(`${integrations}/${integration.id}`, { webhook_secret: 'fake-secret-of-an-abandoned-connect' });
  assert.equal(set.status, 200, set.text);
  await tocsin.setTimeOffset(7200);
  await startConnect(admin, tocsin.org);
  assert.equal((await admin.get(`${integrations}/${integration.id}`)).status, 404);
});

test('everything that can refer to an abandoned connect is deleted with it', async () => {
  // A table that is new here needs a decision: delete its rows (delete_abandoned_integrations), or have the foreign key delete them.
  const rows = await tocsin.sql(
    `select distinct conrelid::regclass::text as name from pg_constraint
      where contype = 'f' and confrelid = 'tocsin.integrations'::regclass and confdeltype <> 'c' order by 1`,
  );
  assert.deepEqual(rows.map((row) => row.name), [
    'tocsin.connect_flows', 'tocsin.credentials', 'tocsin.installation_owners', 'tocsin.mappings', 'tocsin.refresh_attempts',
    'tocsin.sentry_organization_choices', 'tocsin.webhook_secrets',
  ]);
});
