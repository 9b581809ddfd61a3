// Reconnect keeps the integration's id, mappings, and history, and repairs without a new installation if it can. Disconnect deletes the tokens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, connectError, control, createService, install, mapProject, startConnect, uninstallAll } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

let tocsin;
let admin;
let integration;
let path;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2' } });
  admin = await tocsin.signInAs('admin');
  // This webhook could arrive at any time and count as the first one.
  await control(tocsin, 'settings', { installation_created: 'never' });
  integration = await connect(tocsin, admin, tocsin.org);
  path = `${tocsin.org.path}/integrations/${integration.id}`;
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
});
after(() => tocsin?.stop());

const read = async () => (await admin.get(path)).json;
const readMappings = async () => (await admin.get(`${path}/mappings`)).json.items;
const sendCreated = () => tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(integration.installation_id).issue('created') });
const readLastOutcome = async () => (await admin.get(`${tocsin.org.path}/deliveries?limit=1`)).json.items[0].outcome;

test('the test of an integration checks each part', async () => {
  const response = await admin.post(`${path}/test`);
  assert.equal(response.status, 200, response.text);
  const outcomes = Object.fromEntries(response.json.checks.map((check) => [check.name, check.outcome]));
  assert.deepEqual(outcomes, { token: 'passed', scopes: 'passed', organization: 'passed', webhooks: 'warning', mappings: 'passed' });
  assert.ok(response.json.checks.every((check) => check.detail.length > 5));
});

test('a request with a rejected token refreshes it', async () => {
  await control(tocsin, `installations/${integration.installation_id}/token`, undefined, 'DELETE');
  const failed = (await admin.post(`${path}/test`)).json.checks.find((check) => check.name === 'token');
  assert.equal(failed.outcome, 'failed');
  assert.equal((await admin.get(`${path}/projects`)).status, 200);
  assert.equal((await admin.get(`${path}/attempts`)).json.items[0].trigger, 'use');
});

test('after refusals, Reconnect repairs the installation without a person', async () => {
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await admin.post(`${path}/refresh`);
  await eventually(async () => (await read()).status === 'disconnected');
  await clearFaults(tocsin);
  const response = await admin.post(`${path}/reconnect`);
  assert.equal(response.status, 200, response.text);
  assert.equal(response.json.authorize_url, null);
  assert.equal(response.json.integration.status, 'connected');
  assert.equal(response.json.integration.installation_id, integration.installation_id, 'the same installation, so that alert rules stay valid');
  assert.equal((await readMappings()).length, 1);
  assert.equal((await admin.get(`${path}/projects`)).status, 200);
  const [noted] = await tocsin.sql("select actor_name, before_value, after_value from tocsin.audit_log where action = 'integration.status' order by audit_id desc limit 1");
  assert.deepEqual([noted.actor_name, noted.before_value.status, noted.after_value.status], [tocsin.org.people.admin.email, 'disconnected', 'connected'], 'the actor is in the audit log');
});

test('if Sentry does not offer the JWT grant, Reconnect uses the refresh token', async () => {
  await control(tocsin, 'settings', { jwt_grant_enabled: false });
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await admin.post(`${path}/refresh`);
  await eventually(async () => (await read()).status === 'disconnected');
  await clearFaults(tocsin);
  const response = await admin.post(`${path}/reconnect`);
  assert.equal(response.json.authorize_url, null, response.text);
  assert.deepEqual([response.json.integration.status, response.json.integration.installation_id], ['connected', integration.installation_id]);
  assert.equal((await admin.get(`${path}/projects`)).status, 200);
  await control(tocsin, 'settings', { jwt_grant_enabled: true });
});

test('a refresh during a Reconnect is refused', async () => {
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'delay', delay_ms: 500 });
  const reconnecting = tocsin.tokenClient().post(`${path}/reconnect`);
  await eventually(() => tocsin.value('select count(*) from tocsin.credentials where lease_until > tocsin.now()'), { what: 'a lease' });
  assert.equal((await admin.post(`${path}/refresh`)).json.code, 'conflict');
  assert.equal((await reconnecting).json.integration.status, 'connected');
  assert.equal((await admin.get(`${path}/projects`)).status, 200);
});

test('while Sentry is unavailable, Reconnect does not ask for a new installation', async () => {
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 503, times: 1 });
  const response = await admin.post(`${path}/reconnect`);
  assert.equal(response.status, 503);
  assert.equal(response.json.code, 'unavailable');
  assert.notEqual((await read()).status, 'disconnected');
  assert.equal((await admin.get(`${path}/projects`)).status, 200, 'the old token is still used');
});

test('Disconnect deletes the tokens at once, pauses mappings, and makes webhooks ineffective', async () => {
  const response = await admin.post(`${path}/disconnect`);
  assert.equal(response.status, 200, response.text);
  assert.deepEqual([response.json.status, response.json.status_reason, response.json.credential], ['disconnected', 'disconnected_by_admin', null]);
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials'), 0);
  assert.deepEqual((await readMappings()).map((mapping) => mapping.active), [false]);
  assert.equal((await sendCreated()).status, 200);
  assert.equal(await readLastOutcome(), 'inactive');
  assert.equal((await admin.post(`${path}/refresh`)).json.code, 'conflict');
  assert.equal((await admin.post(`${path}/disconnect`)).status, 200, 'repeating it changes nothing');
});

test('Reconnect after Disconnect repairs the existing installation and resumes the mappings', async () => {
  const response = await admin.post(`${path}/reconnect`, {});
  assert.equal(response.json.authorize_url, null, response.text);
  assert.equal(response.json.integration.status, 'connected');
  assert.deepEqual((await readMappings()).map((mapping) => mapping.active), [true]);
  await sendCreated();
  assert.equal(await readLastOutcome(), 'opened');
});

test('after an uninstall, Reconnect leads to a new installation and keeps id and mappings', async () => {
  await control(tocsin, `installations/${integration.installation_id}`, undefined, 'DELETE');
  const response = await admin.post(`${path}/reconnect`);
  assert.ok(response.json.authorize_url, response.text);
  assert.equal(response.json.integration.id, integration.id);
  const back = await admin.get(await install(tocsin, response.json.authorize_url));
  assert.ok(back.headers.location.endsWith(`/integrations/${integration.id}?connected=1`), back.headers.location);
  const reconnected = await read();
  assert.equal(reconnected.status, 'connected');
  assert.notEqual(reconnected.installation_id, integration.installation_id);
  assert.equal((await readMappings()).length, 1);
  assert.equal((await sendCreated()).status, 401, 'the old installation is unknown');
  integration = reconnected;
  await sendCreated();
  assert.equal(await readLastOutcome(), 'opened');
});

test('another Sentry organization is refused with both names, unless explicitly allowed', async () => {
  await control(tocsin, `installations/${integration.installation_id}`, undefined, 'DELETE');
  const reconnectElsewhere = async (body) => {
    const { authorize_url: url } = (await admin.post(`${path}/reconnect`, body)).json;
    return new URL((await admin.get(await install(tocsin, url, 'empire-state'))).headers.location, tocsin.url).searchParams;
  };
  const refused = await reconnectElsewhere({});
  assert.deepEqual([refused.get('connect_error'), refused.get('expected')], ['other_organization', 'Northwind Traders']);
  assert.match(refused.get('found'), /Empire State/);
  assert.equal((await read()).sentry_org.slug, 'northwind');
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials'), 0);

  await uninstallAll(tocsin);
  const allowed = await reconnectElsewhere({ allow_other_organization: true });
  assert.equal(allowed.get('connected'), '1');
  assert.equal((await read()).sentry_org.slug, 'empire-state');
});

test('another organization may claim a disconnected Sentry organization, but not a connected one', async () => {
  const other = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signInAs('admin', other);
  await admin.post(`${path}/disconnect`);
  await uninstallAll(tocsin);
  const taken = await connect(tocsin, theirs, other, { organization: 'empire-state' });
  // As if the other organization had taken over the installation itself: a repair attempt would invalidate its tokens.
  await tocsin.sql('update tocsin.integrations set installation_id = $1 where integration_id = $2', [taken.installation_id, integration.id]);
  const response = await admin.post(`${path}/reconnect`);
  const theirTest = (await theirs.post(`${other.path}/integrations/${taken.id}/test`)).json.checks;
  assert.equal(theirTest.find((item) => item.name === 'token').outcome, 'passed', 'the other organization still has its token');
  assert.ok(response.json.authorize_url);
  await uninstallAll(tocsin);
  const back = await admin.get(await install(tocsin, response.json.authorize_url, 'empire-state'));
  assert.equal(connectError(back), 'already_claimed');
});

test('only admins connect, reconnect, disconnect, and test', async () => {
  const responder = await tocsin.signInAs('responder');
  for (const action of ['reconnect', 'disconnect', 'refresh', 'test']) assert.equal((await responder.post(`${path}/${action}`)).status, 403, action);
  assert.equal((await responder.post(`${tocsin.org.path}/integrations`, { mode: 'public' })).status, 403);
  await startConnect(admin, tocsin.org);
});
