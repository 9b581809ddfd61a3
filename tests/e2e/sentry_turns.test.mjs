// Calls to Sentry: the organizations take turns, Sentry's limits for one integration concern no other, and failures are compared with the
// results of others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, control } from '../support/steps.mjs';

let tocsin;
let viewer;
let own;
let other;
const path = ({ org, integration }) => `${org.path}/integrations/${integration.id}`;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_REFRESH_MAX_ATTEMPTS: '2', TOCSIN_REFRESH_BACKOFF_BASE: '1s', TOCSIN_REFRESH_BACKOFF_MAX: '1s' } });
  const globex = await tocsin.createOrganization('globex');
  own = { org: tocsin.org, client: await tocsin.signInAs('admin') };
  other = { org: globex, client: await tocsin.signInAs('admin', globex) };
  own.integration = await connect(tocsin, own.client, own.org);
  other.integration = await connect(tocsin, other.client, other.org, { organization: 'empire-state' });
  viewer = await tocsin.signInAs('viewer');
});
after(() => tocsin?.stop());

test('a viewer who asks for projects again and again holds up no other organization', async (t) => {
  await control(tocsin, 'faults', { match: 'projects', kind: 'delay', delay_ms: 2_000, times: 0 });
  const flood = Promise.all(Array.from({ length: 24 }, () => viewer.get(`${path(own)}/projects`)));
  await eventually(async () => (await control(tocsin, 'load', undefined, 'GET')).projects?.at_once > 0);
  for (let i = 0; i < 5; ++i) {
    const began = performance.now();
    const refreshed = await other.client.post(`${path(other)}/refresh`);
    const took = performance.now() - began;
    assert.equal(refreshed.json.status, 'connected', refreshed.text);
    t.diagnostic(`a refresh of another organization: ${took.toFixed(0)} ms`);
    assert.ok(took < 1_000, `${took} ms`);
  }
  for (const { status, text } of await flood) assert.ok([200, 503].includes(status), `${status} ${text}`);
  // The list is remembered now.
  const began = performance.now();
  assert.equal((await viewer.get(`${path(own)}/projects`)).status, 200);
  assert.ok(performance.now() - began < 1_000);
  await clearFaults(tocsin);
});

test('an admin sees new projects at once', async () => {
  await viewer.get(`${path(own)}/projects`);
  await control(tocsin, 'organizations/northwind/projects', { slug: 'brand-new' });
  const { json } = await own.client.get(`${path(own)}/projects?limit=200`);
  assert.ok(json.items.some((project) => project.slug === 'brand-new'));
});

test('a limit for one integration holds up no other', async (t) => {
  await control(tocsin, 'faults', { match: 'projects', kind: 'status', status: 429, headers: { 'Retry-After': '60' }, times: 1 });
  assert.equal((await own.client.get(`${path(own)}/projects`)).status, 503);
  const began = performance.now();
  const listed = await other.client.get(`${path(other)}/projects`);
  const refreshed = await other.client.post(`${path(other)}/refresh`);
  const took = performance.now() - began;
  assert.equal(listed.status, 200, listed.text);
  assert.equal(refreshed.json.status, 'connected', refreshed.text);
  t.diagnostic(`two calls of another organization: ${took.toFixed(0)} ms`);
  assert.ok(took < 1_000, `${took} ms`);
  // Its own integration waits for five seconds.
  assert.equal((await own.client.get(`${path(own)}/projects`)).status, 200);
  assert.ok(performance.now() - began > 3_000, `${performance.now() - began} ms`);
  await clearFaults(tocsin);
});

test('refusals disconnect an integration only if others were accepted meanwhile', async () => {
  const read = async () => (await other.client.get(path(other))).json;
  const countRefusals = () => tocsin.value("select count(*)::int from tocsin.refresh_attempts where integration_id = $1 and outcome = 'refused'", [other.integration.id]);
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'status', status: 401, times: 0 });
  await tocsin.sql('update tocsin.credentials set due_at = tocsin.now() where integration_id = $1', [other.integration.id]);
  await eventually(async () => (await countRefusals()) >= 4, { limit: 30_000 });
  assert.equal((await read()).status, 'degraded', 'the client secret may be wrong');
  await tocsin.sql('update tocsin.credentials set issued_at = tocsin.now() where integration_id = $1', [own.integration.id]);
  await eventually(async () => (await read()).status === 'disconnected', { limit: 30_000 });
  assert.equal((await read()).status_reason, 'refused');
  await clearFaults(tocsin);
});
