// API tokens of the role deployer: what their scopes say, and nothing else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { Api, UNKNOWN_ID } from '../support/openapi.mjs';
import { connectInternal } from '../support/steps.mjs';

const SCOPES = ['grants:call', 'incidents:read', 'services:read'];

let tocsin;
let admin;
let tokens;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  tokens = `${tocsin.org.path}/tokens`;
});
after(() => tocsin?.stop());

async function createToken(wanted) {
  const response = await admin.post(tokens, { role: 'deployer', ...wanted });
  assert.equal(response.status, 201, response.text);
  return response.json;
}

function pathOf(operation) {
  const samples = { '{org}': 'acme', '{number}': '999999', '{path}': 'api/0/organizations/' };
  return operation.path.replaceAll(/\{\w+\}/g, (name) => samples[name] ?? UNKNOWN_ID);
}

test('a deployer reaches the operations of its scopes, and no others', async () => {
  const api = new Api((await tocsin.client().get('/api/openapi.json')).json);
  const all = api.operations().filter((one) => one.permission !== 'public');
  assert.deepEqual([...new Set(all.map((one) => one.scope).filter(Boolean))].sort(), SCOPES);
  const callers = [];
  for (const scope of SCOPES) callers.push({ scopes: [scope], client: tocsin.client({ token: (await createToken({ name: scope, scopes: [scope] })).token }) });
  callers.push({ scopes: SCOPES, client: tocsin.client({ token: (await createToken({ name: 'all', scopes: SCOPES })).token }) });
  for (const operation of all) {
    for (const { scopes, client } of callers) {
      const response = await client.request(operation.method, pathOf(operation), { json: operation.body ? { surprise: 1 } : undefined });
      const where = `${operation.name} with ${scopes}: ${response.status} ${response.text.slice(0, 200)}`;
      if (scopes.includes(operation.scope)) assert.ok([200, 400, 404].includes(response.status), where);
      else assert.deepEqual([response.status, response.json.code], [403, 'forbidden'], where);
    }
  }
});

test('the missing scope is named', async () => {
  const client = tocsin.client({ token: (await createToken({ name: 'reads services', scopes: ['services:read'] })).token });
  assert.match((await client.get(`${tocsin.org.path}/incidents`)).json.detail, /needs incidents:read/);
  assert.match((await client.get(`${tocsin.org.path}/members`)).json.detail, /No scope does/);
  const other = await tocsin.createOrganization('globex');
  assert.equal((await client.get(`${other.path}/services`)).status, 404, 'as for every foreign token');
});

test('tokens are listed with scopes, creator, expiry, and last use', async () => {
  const expiresAt = new Date(Date.now() + 3600_000).toISOString();
  const created = await createToken({ name: 'nightly', scopes: ['grants:call', 'services:read'], expires_at: expiresAt });
  await tocsin.client({ token: created.token }).get(`${tocsin.org.path}/services`);
  const listed = (await admin.get(tokens)).json.items.find((one) => one.id === created.id);
  assert.deepEqual([listed.role, listed.scopes, listed.created_by], ['deployer', ['grants:call', 'services:read'], tocsin.org.people.admin.email]);
  assert.equal(new Date(listed.expires_at).getTime(), new Date(expiresAt).getTime());
  assert.ok(listed.last_used_at);
  assert.equal(listed.token, undefined);
  await tocsin.sql(`update tocsin.api_tokens set expires_at = tocsin.now() - interval '1 second' where token_id = $1`, [created.id]);
  assert.equal((await tocsin.client({ token: created.token }).get(`${tocsin.org.path}/services`)).status, 401);
});

test('wrong scopes are named, and members cannot be deployers', async () => {
  const paths = async (wanted) => (await admin.post(tokens, { name: 'wrong', ...wanted })).json.errors?.map((one) => one.path);
  assert.deepEqual(await paths({ role: 'deployer' }), ['scopes']);
  assert.deepEqual(await paths({ role: 'deployer', scopes: ['services:read', 'everything'] }), ['scopes[1]']);
  assert.deepEqual(await paths({ role: 'deployer', scopes: ['services:read', 'services:read'] }), ['scopes[1]']);
  assert.deepEqual(await paths({ role: 'viewer', scopes: ['services:read'] }), ['scopes']);
  const invited = await admin.post(`${tocsin.org.path}/invitations`, { email: 'new@acme.example', role: 'deployer' });
  assert.deepEqual([invited.status, invited.json.errors[0].path], [400, 'role']);
});

test('a deployer that was made on the command line calls Sentry through its grant', async () => {
  const made = await tocsin.cli(['token', 'create', '--org', 'acme', '--role', 'deployer', '--scopes', 'grants:call', '--days', '1', '--name', 'cli']);
  const token = made.stdout.trim();
  const { id, expires_at: end } = (await admin.get(tokens)).json.items.find((one) => one.name === 'cli');
  assert.ok(Math.abs(new Date(end) - Date.now() - 86_400_000) < 600_000, end);
  await connectInternal(tocsin, admin, tocsin.org, {});
  await tocsin.cli(['grant', 'create', '--org', 'acme', '--name', 'script', '--holder', id]);
  const env = { TOCSIN_PUBLIC_URL: tocsin.url, TOCSIN_TOKEN: token };
  const { stdout } = await tocsin.cli(['sentry', 'call', 'list_organizations', '--org', 'acme', '--grant', 'script'], { env });
  assert.equal(JSON.parse(stdout).slug, 'northwind');
  await tocsin.cli(['token', 'create', '--org', 'acme', '--role', 'deployer', '--name', 'none'], { status: 1 });
});
