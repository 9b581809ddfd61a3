// Every route with every kind of caller, generated from the served OpenAPI document: x-permission is enforced, two organizations never see
// each other's data, and invalid requests are refused.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { fillOrganization } from '../support/sample_organization.mjs';
import { startTocsin } from '../support/harness.mjs';
import { Api, UNKNOWN_ID } from '../support/openapi.mjs';

const RANK = { viewer: 0, responder: 1, admin: 2, owner: 3 };
const OWN_WORD = 'quirx';
const FOREIGN_WORD = 'zorblax';
let tocsin;
let api;
let callers;
let acme;
let globex;
const responses = [];

before(async () => {
  tocsin = await startTocsin();
  acme = await fillOrganization(tocsin, tocsin.org, { sentryOrganization: 'northwind', word: OWN_WORD, incidents: 1 });
  globex = await fillOrganization(tocsin, await tocsin.createOrganization('globex', { name: `Globex ${FOREIGN_WORD}` }), { sentryOrganization: 'empire-state', word: FOREIGN_WORD, incidents: 3 });
  api = new Api((await tocsin.client().get('/api/openapi.json')).json);
  callers = [{ name: 'an anonymous caller', client: tocsin.client() }, { name: 'an unknown token', client: tocsin.client({ token: `tocsin_${'A'.repeat(22)}_${'A'.repeat(43)}` }) }];
  for (const role of Object.keys(RANK)) {
    callers.push({ name: `the ${role}`, role, person: true, client: await tocsin.signInAs(role) });
    if (role === 'owner') continue;
    callers.push({ name: `a token of ${role}`, role, client: tocsin.client({ token: await tocsin.createToken('acme', role) }) });
    callers.push({ name: `a token of a foreign ${role}`, foreign: true, client: tocsin.client({ token: await tocsin.createToken('globex', role) }) });
  }
  for (const role of ['owner', 'admin']) callers.push({ name: `a foreign ${role}`, foreign: true, person: true, client: await tocsin.signInAs(role, globex.org) });
});
after(() => tocsin?.stop());

const isOfOrganization = (operation) => operation.path.includes('{org}');
const isStream = (operation) => operation.path.endsWith('/events');

/** The path of an operation in `org`, with `ids` by the name of the collection before the id. */
function pathOf(operation, org, ids = {}, number = 999_999) {
  const parts = operation.path.split('/');
  return parts
    .map((part, at) => {
      if (part === '{org}') return org.slug;
      if (part === '{number}') return number;
      if (part === '{path}') return 'api/0/organizations/';
      if (part === '{mapping_id}') return ids.mapping_id ?? UNKNOWN_ID;
      if (part === '{id}') return ids[parts[at - 1]] ?? UNKNOWN_ID;
      return part;
    })
    .join('/');
}

/** Status and headers of a stream, which is then closed. */
function openAndClose(client, path) {
  const url = new URL(path, tocsin.url);
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: client.credentials(url) }, (response) => {
      if (response.statusCode === 200) {
        resolve({ status: 200, headers: response.headers, text: '' });
        request.destroy();
        return;
      }
      let text = '';
      response.on('data', (chunk) => { text += chunk; });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text, json: JSON.parse(text) }));
    });
    request.on('error', (error) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
  });
}

async function send(caller, operation, path, json) {
  const response = isStream(operation) ? await openAndClose(caller.client, path) : await caller.client.request(operation.method, path, { json });
  responses.push({ caller, request: `${operation.method} ${path} as ${caller.name}`, text: response.text });
  assert.notEqual(response.status, 500, `${operation.name}: ${response.text}`);
  if (response.status >= 400) {
    assert.match(response.headers['content-type'], /^application\/problem\+json/, operation.name);
    assert.deepEqual([response.json.status, response.json.type], [response.status, 'about:blank'], operation.name);
  }
  return response;
}

const isUnknownOrganization = (response) => response.status === 404 && /no such organization/.test(response.text);

test('each route of an organization admits exactly the callers that its permission names', async (t) => {
  const statuses = [];
  for (const operation of api.operations().filter(isOfOrganization)) {
    assert.ok(operation.permission in RANK, `${operation.name} has the permission ${operation.permission}`);
    for (const caller of callers) {
      // With sufficient rights, the request fails on its unknown field or finds nothing, so nothing changes.
      const response = await send(caller, operation, pathOf(operation, acme.org), operation.body ? { surprise: 1 } : undefined);
      const where = `${operation.name} as ${caller.name}: ${response.status} ${response.text.slice(0, 200)}`;
      if (caller.role === undefined && !caller.foreign) assert.equal(response.status, 401, where);
      else if (caller.foreign) assert.ok(isUnknownOrganization(response), where);
      else if (RANK[caller.role] < RANK[operation.permission]) assert.equal(response.status, 403, where);
      else assert.ok([200, 400, 404].includes(response.status) && !isUnknownOrganization(response), where);
      statuses.push(response.status);
    }
  }
  t.diagnostic(`${statuses.length} combinations`);
  assert.ok(statuses.length > 600);
});

test('a nonexistent organization gets the same response as a foreign one', async () => {
  for (const operation of api.operations().filter(isOfOrganization)) {
    const caller = callers.find(({ name }) => name === 'the owner');
    const foreign = await send(caller, operation, pathOf(operation, globex.org), operation.body ? {} : undefined);
    const unknown = await send(caller, operation, pathOf(operation, { slug: 'nowhere' }), operation.body ? {} : undefined);
    assert.equal(foreign.status, 404, operation.name);
    assert.deepEqual(foreign.json, unknown.json, operation.name);
  }
});

test('routes outside of organizations are public or require a sign-in, as documented', async () => {
  for (const operation of api.operations().filter((operation) => !isOfOrganization(operation))) {
    assert.ok(['public', 'authenticated'].includes(operation.permission), operation.name);
    for (const caller of callers) {
      // These would end the sessions of the other tests.
      if (operation.method === 'DELETE' && caller.person && !operation.path.includes('{id}')) continue;
      const response = await send(caller, operation, pathOf(operation, {}), operation.body ? { surprise: 1 } : undefined);
      const where = `${operation.name} as ${caller.name}: ${response.status} ${response.text.slice(0, 200)}`;
      const isKnown = caller.role !== undefined || caller.foreign;
      if (operation.permission === 'authenticated' && !isKnown) assert.equal(response.status, 401, where);
      else if (operation.permission === 'authenticated' && !caller.person) assert.ok([200, 400, 403, 404].includes(response.status), where);
      else assert.ok([200, 400, 404].includes(response.status), where);
    }
  }
});

test('ids of another organization are unknown in paths, bodies, and filters', async (t) => {
  const caller = { name: 'the owner', client: acme.client };
  let sent = 0;
  for (const operation of api.operations()) {
    // A valid body, so that only the id is wrong.
    const body = operation.body ? { ...api.example(operation.body) } : undefined;
    for (const name of Object.keys(body ?? {}).filter((field) => field in acme.body)) body[name] = acme.body[name];
    if (/\{(id|mapping_id|number)\}/.test(operation.path)) {
      // The foreign id alone, then below an id of the own organization.
      for (const ids of [globex.ids, { ...acme.ids, mapping_id: globex.ids.mapping_id }]) {
        if (ids !== globex.ids && !operation.path.includes('{mapping_id}')) continue;
        const foreign = await send(caller, operation, pathOf(operation, acme.org, ids, globex.number), body);
        const unknown = await send(caller, operation, pathOf(operation, acme.org, ids === globex.ids ? {} : { ...acme.ids, mapping_id: UNKNOWN_ID }), body);
        assert.equal(foreign.status, 404, `${operation.name}: ${foreign.text}`);
        assert.equal(foreign.text.replace(`#${globex.number}.`, '#'), unknown.text.replace('#999999.', '#'), operation.name);
        sent += 1;
      }
    }
    for (const name of Object.keys(operation.body?.properties ?? {}).filter((field) => field in globex.body)) {
      const path = pathOf(operation, acme.org, acme.ids, acme.number);
      const foreign = await send(caller, operation, path, { ...body, [name]: globex.body[name] });
      const unknown = await send(caller, operation, path, { ...body, [name]: UNKNOWN_ID });
      assert.deepEqual([foreign.status, foreign.text.replaceAll(globex.body[name], '')], [unknown.status, unknown.text.replaceAll(UNKNOWN_ID, '')], `${operation.name} with a foreign ${name}`);
      sent += 1;
    }
    for (const { name } of operation.query.filter((parameter) => ['service', 'integration', 'subject', 'actor', 'project', 'q'].includes(parameter.name))) {
      for (const value of [globex.body.service_id, globex.body.integration_id, globex.ids.members, globex.word]) {
        if (operation.path.endsWith('/export')) continue;
        const response = await send(caller, operation, `${pathOf(operation, acme.org)}?${name}=${value}`);
        assert.ok(response.status === 400 || (response.status === 200 && response.json.items.length === 0), `${operation.name}?${name}=: ${response.text.slice(0, 200)}`);
        sent += 1;
      }
    }
  }
  t.diagnostic(`${sent} requests`);
  assert.ok(sent > 60);
  const service = (await globex.client.get(`${globex.org.path}/services/${globex.ids.services}`)).json;
  assert.equal(service.archived_at, null, 'the foreign service is unchanged');
  assert.equal((await globex.client.get(`${globex.org.path}/members`)).json.items.length, 4);
});

test('a cursor of another organization gives no access to its data', async () => {
  for (const list of ['services', 'members', 'tokens', 'invitations', 'incidents', 'deliveries', 'audit', 'integrations']) {
    const { next_cursor: cursor } = (await globex.client.get(`${globex.org.path}/${list}?limit=1`)).json;
    if (!cursor) continue;
    const response = await acme.client.get(`${acme.org.path}/${list}?cursor=${cursor}`);
    assert.ok([200, 400].includes(response.status), list);
    assert.ok(!response.text.includes(FOREIGN_WORD), list);
  }
});

test('a body that breaks one rule is refused with the path of the field', async (t) => {
  const caller = { name: 'the owner', client: acme.client };
  const lastEntry = (await acme.client.get(`${acme.org.path}/audit?limit=1`)).json.items[0].id;
  const wrong = [];
  let sent = 0;
  for (const operation of api.operations().filter((operation) => operation.body && !operation.path.endsWith('/{path}'))) {
    const path = pathOf(operation, acme.org, acme.ids, acme.number);
    for (const { why, body, path: field } of api.brokenBodies(operation)) {
      const response = await send(caller, operation, path, body);
      sent += 1;
      const named = field === undefined || response.json?.errors?.some((error) => error.path === field || error.path.startsWith(`${field}[`) || error.path.endsWith(field));
      if (response.status !== 400 || response.json.code !== 'invalid' || !named) wrong.push(`${operation.name}, ${why}: ${response.status} ${response.text.slice(0, 160)}`);
    }
    for (const raw of ['', '{', '[]', '7', '"x"', 'null', '{"a":1,"a":2}', '{"a":\u0000}']) {
      if (raw === '' && !operation.body.required && !operation.body.minProperties) continue;
      if (raw === '[]' && operation.id === 'createMappings') continue;
      const response = await acme.client.request(operation.method, path, { body: raw, headers: { 'Content-Type': 'application/json' } });
      sent += 1;
      if (response.status !== 400) wrong.push(`${operation.name} with ${JSON.stringify(raw)}: ${response.status} ${response.text.slice(0, 160)}`);
    }
    const form = await acme.client.request(operation.method, path, { form: { a: 1 } });
    if (form.status !== 415) wrong.push(`${operation.name} as a form: ${form.status}`);
  }
  assert.deepEqual(wrong, []);
  t.diagnostic(`${sent} requests`);
  assert.ok(sent > 300);
  assert.equal((await acme.client.get(`${acme.org.path}/audit?limit=1`)).json.items[0].id, lastEntry, 'nothing was changed');
});

test('an invalid query parameter is refused by name', async () => {
  const caller = { name: 'the owner', client: acme.client };
  const wrong = [];
  for (const operation of api.operations()) {
    for (const { name, schema } of operation.query) {
      const of = api.resolve(schema ?? {});
      const invalid = [];
      if (name === 'limit') invalid.push('0', '201', '-1', '1.5', 'x', '');
      if (name === 'cursor') invalid.push('eA', '!!', 'A'.repeat(1100));
      if (of.format === 'date-time') invalid.push('yesterday', '2026-13-01T00:00:00Z');
      if (of.enum) invalid.push('none-of-these');
      for (const value of invalid) {
        const response = await send(caller, operation, `${pathOf(operation, acme.org, acme.ids, acme.number)}?${name}=${value}`);
        if (response.status !== 400 || !response.json.errors?.some((error) => error.path === name)) wrong.push(`${operation.name}?${name}=${value.slice(0, 30)}: ${response.status} ${response.text.slice(0, 120)}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('no response contained data of the other organization', async (t) => {
  // Also read everything with valid ids.
  for (const operation of api.operations().filter((operation) => operation.method === 'GET' && isOfOrganization(operation) && !isStream(operation))) {
    for (const caller of callers.filter(({ role }) => role)) await send(caller, operation, pathOf(operation, acme.org, acme.ids, acme.number));
  }
  t.diagnostic(`${responses.length} responses`);
  assert.ok(responses.length > 1500);
  const leaks = responses.filter(({ caller, text }) => !caller.foreign && text.includes(FOREIGN_WORD)).map(({ request }) => request);
  assert.deepEqual(leaks, []);
  const reverse = responses.filter(({ caller, text }) => caller.foreign && text.includes(OWN_WORD)).map(({ request }) => request);
  assert.deepEqual(reverse, []);
  // The check is effective: the organization itself does see the word.
  for (const list of ['services', 'incidents', 'members', 'tokens', 'invitations', 'audit', 'unmapped']) assert.ok((await globex.client.get(`${globex.org.path}/${list}`)).text.includes(FOREIGN_WORD), list);
});
