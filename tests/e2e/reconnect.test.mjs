// Reconnect keeps the integration's id, mappings and history, and repairs without a person where it can; Disconnect leaves no token behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control, createService, install, IssueBodies, mapProject, startConnect } from '../support/story.mjs';

let tocsin;
let admin;
let integration;
let path;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2' } });
  admin = await tocsin.signedIn('admin');
  // Else it may count as a first webhook, or come a moment too late to.
  await control(tocsin, 'settings', { installation_created: 'never' });
  integration = await connect(tocsin, admin, tocsin.org);
  path = `${tocsin.org.path}/integrations/${integration.id}`;
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
});
after(() => tocsin?.stop());

const read = async () => (await admin.get(path)).json;
const mappings = async () => (await admin.get(`${path}/mappings`)).json.items;
const created = () => tocsin.webhook({ resource: 'issue', body: new IssueBodies(integration.installation_id).issue('created') });
const lastOutcome = async () => (await admin.get(`${tocsin.org.path}/deliveries?limit=1`)).json.items[0].outcome;

test('the test looks at each part', async () => {
  const answer = await admin.post(`${path}/test`);
  assert.equal(answer.status, 200, answer.text);
  const outcomes = Object.fromEntries(answer.json.checks.map((one) => [one.name, one.outcome]));
  assert.deepEqual(outcomes, { token: 'passed', scopes: 'passed', organization: 'passed', webhooks: 'warning', mappings: 'passed' });
  assert.ok(answer.json.checks.every((one) => one.detail.length > 5));
});

test('a token that somebody else replaced is renewed by whoever meets it', async () => {
  await control(tocsin, `installations/${integration.installation_id}/token`, undefined, 'DELETE');
  const failed = (await admin.post(`${path}/test`)).json.checks.find((one) => one.name === 'token');
  assert.equal(failed.outcome, 'failed');
  assert.equal((await admin.get(`${path}/projects`)).status, 200);
  assert.equal((await admin.get(`${path}/attempts`)).json.items[0].trigger, 'use');
});

test('after refusals, Reconnect repairs the installation without a person', async () => {
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await admin.post(`${path}/refresh`);
  await eventually(async () => (await read()).status === 'disconnected');
  await control(tocsin, 'faults', undefined, 'DELETE');
  const answer = await admin.post(`${path}/reconnect`);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.authorize_url, null);
  assert.equal(answer.json.integration.status, 'connected');
  assert.equal(answer.json.integration.installation_id, integration.installation_id, 'the same installation: alert rules live on');
  assert.equal((await mappings()).length, 1);
  assert.equal((await admin.get(`${path}/projects`)).status, 200);
  const [noted] = await tocsin.sql("select actor_name, before_value, after_value from tocsin.audit_log where action = 'integration.status' order by audit_id desc limit 1");
  assert.deepEqual([noted.actor_name, noted.before_value.status, noted.after_value.status], [tocsin.org.people.admin.email, 'disconnected', 'connected'], 'noted as who pressed it');
});

test('where Sentry does not offer the JWT grant, Reconnect renews with the refresh token', async () => {
  await control(tocsin, 'settings', { jwt_grant_enabled: false });
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await admin.post(`${path}/refresh`);
  await eventually(async () => (await read()).status === 'disconnected');
  await control(tocsin, 'faults', undefined, 'DELETE');
  const answer = await admin.post(`${path}/reconnect`);
  assert.equal(answer.json.authorize_url, null, answer.text);
  assert.deepEqual([answer.json.integration.status, answer.json.integration.installation_id], ['connected', integration.installation_id]);
  assert.equal((await admin.get(`${path}/projects`)).status, 200);
  await control(tocsin, 'settings', { jwt_grant_enabled: true });
});

test('a Reconnect is the renewal that is under way, not a second one beside it', async () => {
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'delay', delay_ms: 500 });
  const repairing = tocsin.withToken().post(`${path}/reconnect`);
  await eventually(() => tocsin.value('select count(*) from tocsin.credentials where lease_until > tocsin.now()'), { what: 'a lease' });
  assert.equal((await admin.post(`${path}/refresh`)).json.code, 'conflict');
  assert.equal((await repairing).json.integration.status, 'connected');
  assert.equal((await admin.get(`${path}/projects`)).status, 200);
});

test('while Sentry does not answer, nobody is sent to install again', async () => {
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 503, times: 1 });
  const answer = await admin.post(`${path}/reconnect`);
  assert.equal(answer.status, 503);
  assert.equal(answer.json.code, 'unavailable');
  assert.notEqual((await read()).status, 'disconnected');
  assert.equal((await admin.get(`${path}/projects`)).status, 200, 'the old token is still used');
});

test('Disconnect deletes the tokens at once, pauses mappings and silences webhooks', async () => {
  const answer = await admin.post(`${path}/disconnect`);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.json.status, answer.json.status_reason, answer.json.credential], ['disconnected', 'disconnected_by_admin', null]);
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials'), 0);
  assert.deepEqual((await mappings()).map((one) => one.active), [false]);
  assert.equal((await created()).status, 200);
  assert.equal(await lastOutcome(), 'inactive');
  assert.equal((await admin.post(`${path}/refresh`)).json.code, 'conflict');
  assert.equal((await admin.post(`${path}/disconnect`)).status, 200, 'again changes nothing');
});

test('Reconnect after Disconnect repairs the existing installation and resumes the mappings', async () => {
  const answer = await admin.post(`${path}/reconnect`, {});
  assert.equal(answer.json.authorize_url, null, answer.text);
  assert.equal(answer.json.integration.status, 'connected');
  assert.deepEqual((await mappings()).map((one) => one.active), [true]);
  await created();
  assert.equal(await lastOutcome(), 'opened');
});

test('after an uninstall, Reconnect leads to a new installation and keeps everything', async () => {
  await control(tocsin, `installations/${integration.installation_id}`, undefined, 'DELETE');
  const answer = await admin.post(`${path}/reconnect`);
  assert.ok(answer.json.authorize_url, answer.text);
  assert.equal(answer.json.integration.id, integration.id);
  const back = await admin.get(await install(tocsin, answer.json.authorize_url));
  assert.ok(back.headers.location.endsWith(`/integrations/${integration.id}?connected=1`), back.headers.location);
  const after = await read();
  assert.equal(after.status, 'connected');
  assert.notEqual(after.installation_id, integration.installation_id);
  assert.equal((await mappings()).length, 1);
  assert.equal((await created()).status, 401, 'the old installation is nobody any more');
  integration = after;
  await created();
  assert.equal(await lastOutcome(), 'opened');
});

test('another Sentry organization is refused by name, unless it is meant', async () => {
  await control(tocsin, `installations/${integration.installation_id}`, undefined, 'DELETE');
  const elsewhere = async (body) => {
    const { authorize_url: url } = (await admin.post(`${path}/reconnect`, body)).json;
    return new URL((await admin.get(await install(tocsin, url, 'empire-state'))).headers.location, tocsin.url).searchParams;
  };
  const refused = await elsewhere({});
  assert.deepEqual([refused.get('connect_error'), refused.get('expected')], ['other_organization', 'Northwind Traders']);
  assert.match(refused.get('found'), /Empire State/);
  assert.equal((await read()).sentry_org.slug, 'northwind');
  assert.equal(await tocsin.value('select count(*) from tocsin.credentials'), 0);

  const { installations } = await control(tocsin, 'state', undefined, 'GET');
  for (const { uuid } of installations) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
  const meant = await elsewhere({ allow_other_organization: true });
  assert.equal(meant.get('connected'), '1');
  assert.equal((await read()).sentry_org.slug, 'empire-state');
});

test('what was disconnected may be connected by another organization; a claim that stands may not', async () => {
  const other = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signedIn('admin', other);
  await admin.post(`${path}/disconnect`);
  const { installations } = await control(tocsin, 'state', undefined, 'GET');
  for (const { uuid } of installations) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
  const taken = await connect(tocsin, theirs, other, { organization: 'empire-state' });
  // As if the installation itself had been taken over: a repair must not even ask Sentry, which would kill their tokens.
  await tocsin.sql('update tocsin.integrations set installation_id = $1 where integration_id = $2', [taken.installation_id, integration.id]);
  const answer = await admin.post(`${path}/reconnect`);
  const theirTest = (await theirs.post(`${other.path}/integrations/${taken.id}/test`)).json.checks;
  assert.equal(theirTest.find((one) => one.name === 'token').outcome, 'passed', 'the other organization lost nothing');
  assert.ok(answer.json.authorize_url);
  const { installations: now } = await control(tocsin, 'state', undefined, 'GET');
  for (const { uuid } of now) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
  const back = await admin.get(await install(tocsin, answer.json.authorize_url, 'empire-state'));
  assert.equal(new URL(back.headers.location, tocsin.url).searchParams.get('connect_error'), 'already_claimed');
});

test('only admins connect, reconnect, disconnect and test', async () => {
  const responder = await tocsin.signedIn('responder');
  for (const action of ['reconnect', 'disconnect', 'refresh', 'test']) assert.equal((await responder.post(`${path}/${action}`)).status, 403, action);
  assert.equal((await responder.post(`${tocsin.org.path}/integrations`, { mode: 'public' })).status, 403);
  await startConnect(admin, tocsin.org);
});
