// Every route as every kind of caller, made from the served OpenAPI document: what x-permission says is what happens. Two
// organizations with everything in them never see a word of one another, and no broken request gets through.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { furnish } from '../support/furnish.mjs';
import { startTocsin } from '../support/harness.mjs';
import { Api, UNKNOWN_ID } from '../support/openapi.mjs';

const RANK = { viewer: 0, responder: 1, admin: 2, owner: 3 };
const CANARY = 'zorblax';
let tocsin;
let api;
let callers;
let acme;
let globex;
const heard = [];

before(async () => {
  tocsin = await startTocsin();
  acme = await furnish(tocsin, tocsin.org, 'northwind', 'quirx', 1);
  globex = await furnish(tocsin, await tocsin.createOrganization('globex', { name: `Globex ${CANARY}` }), 'empire-state', CANARY, 3);
  api = new Api((await tocsin.client().get('/api/openapi.json')).json);
  callers = [{ name: 'nobody', client: tocsin.client() }, { name: 'a made-up token', client: tocsin.client({ token: `tocsin_${'A'.repeat(22)}_${'A'.repeat(43)}` }) }];
  for (const role of Object.keys(RANK)) {
    callers.push({ name: `the ${role}`, role, person: true, client: await tocsin.signedIn(role) });
    if (role === 'owner') continue;
    callers.push({ name: `a token of ${role}`, role, client: tocsin.client({ token: await tocsin.createToken('acme', role) }) });
    callers.push({ name: `a foreign token of ${role}`, foreign: true, client: tocsin.client({ token: await tocsin.createToken('globex', role) }) });
  }
  for (const role of ['owner', 'admin']) callers.push({ name: `the foreign ${role}`, foreign: true, person: true, client: await tocsin.signedIn(role, globex.org) });
});
after(() => tocsin?.stop());

const ofOrganization = (one) => one.path.includes('{org}');
const isStream = (one) => one.path.endsWith('/events');

/** The path of an operation in `org`; `ids` by the collection before the id. */
function pathOf(one, org, ids = {}, number = 999_999) {
  const parts = one.path.split('/');
  return parts
    .map((part, at) => {
      if (part === '{org}') return org.slug;
      if (part === '{number}') return number;
      if (part === '{mapping_id}') return ids.mapping_id ?? UNKNOWN_ID;
      if (part === '{id}') return ids[parts[at - 1]] ?? UNKNOWN_ID;
      return part;
    })
    .join('/');
}

/** Status and headers of a stream, which is then left. */
function peek(client, path) {
  const url = new URL(path, tocsin.url);
  const headers = client.token ? { Authorization: `Bearer ${client.token}` } : { Cookie: client.cookies.header(url) };
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers }, (response) => {
      if (response.statusCode === 200) {
        resolve({ status: 200, headers: response.headers, text: '' });
        request.destroy();
        return;
      }
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text, json: JSON.parse(text) }));
    });
    request.on('error', (error) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
  });
}

async function ask(caller, one, path, json) {
  const answer = isStream(one) ? await peek(caller.client, path) : await caller.client.request(one.method, path, { json });
  heard.push({ caller, what: `${one.method} ${path} as ${caller.name}`, text: answer.text });
  assert.notEqual(answer.status, 500, `${one.name}: ${answer.text}`);
  if (answer.status >= 400) {
    assert.match(answer.headers['content-type'], /^application\/problem\+json/, one.name);
    assert.deepEqual([answer.json.status, answer.json.type], [answer.status, 'about:blank'], one.name);
  }
  return answer;
}

const noOrganization = (answer) => answer.status === 404 && /no such organization/.test(answer.text);

test('each route of an organization lets in whom its permission names, and nobody else', async (t) => {
  const table = [];
  for (const one of api.operations().filter(ofOrganization)) {
    assert.ok(one.permission in RANK, `${one.name} has the permission ${one.permission}`);
    for (const caller of callers) {
      // What gets past the permission is refused for its field, or finds nothing: nothing changes.
      const answer = await ask(caller, one, pathOf(one, acme.org), one.body ? { surprise: 1 } : undefined);
      const where = `${one.name} as ${caller.name}: ${answer.status} ${answer.text.slice(0, 200)}`;
      if (caller.role === undefined && !caller.foreign) assert.equal(answer.status, 401, where);
      else if (caller.foreign) assert.ok(noOrganization(answer), where);
      else if (RANK[caller.role] < RANK[one.permission]) assert.equal(answer.status, 403, where);
      else assert.ok([200, 400, 404].includes(answer.status) && !noOrganization(answer), where);
      table.push(answer.status);
    }
  }
  t.diagnostic(`${table.length} of them`);
  assert.ok(table.length > 600);
});

test('an organization that does not exist is answered as a foreign one', async () => {
  for (const one of api.operations().filter(ofOrganization)) {
    const caller = callers.find(({ name }) => name === 'the owner');
    const foreign = await ask(caller, one, pathOf(one, globex.org), one.body ? {} : undefined);
    const none = await ask(caller, one, pathOf(one, { slug: 'nowhere' }), one.body ? {} : undefined);
    assert.equal(foreign.status, 404, one.name);
    assert.deepEqual(foreign.json, none.json, one.name);
  }
});

test('what is nobody\'s organization: signed in or public, as the document says', async () => {
  for (const one of api.operations().filter((each) => !ofOrganization(each))) {
    assert.ok(['public', 'authenticated'].includes(one.permission), one.name);
    for (const caller of callers) {
      // Would end the sessions that the other tests use.
      if (one.method === 'DELETE' && caller.person && !one.path.includes('{id}')) continue;
      const answer = await ask(caller, one, pathOf(one, {}), one.body ? { surprise: 1 } : undefined);
      const where = `${one.name} as ${caller.name}: ${answer.status} ${answer.text.slice(0, 200)}`;
      const isAnybody = caller.role !== undefined || caller.foreign;
      if (one.permission === 'authenticated' && !isAnybody) assert.equal(answer.status, 401, where);
      else if (one.permission === 'authenticated' && !caller.person) assert.ok([200, 400, 403, 404].includes(answer.status), where);
      else assert.ok([200, 400, 404].includes(answer.status), where);
    }
  }
});

test('something of another organization does not exist: in paths, bodies and filters', async (t) => {
  const caller = { name: 'the owner', client: acme.client };
  let asked = 0;
  for (const one of api.operations()) {
    // Right in itself, so that the id decides.
    const body = one.body ? { ...api.example(one.body) } : undefined;
    for (const name of Object.keys(body ?? {}).filter((each) => each in acme.body)) body[name] = acme.body[name];
    if (/\{(id|mapping_id|number)\}/.test(one.path)) {
      // The foreign thing alone, then below an own one.
      for (const ids of [globex.ids, { ...acme.ids, mapping_id: globex.ids.mapping_id }]) {
        if (ids !== globex.ids && !one.path.includes('{mapping_id}')) continue;
        const foreign = await ask(caller, one, pathOf(one, acme.org, ids, globex.number), body);
        const none = await ask(caller, one, pathOf(one, acme.org, ids === globex.ids ? {} : { ...acme.ids, mapping_id: UNKNOWN_ID }), body);
        assert.equal(foreign.status, 404, `${one.name}: ${foreign.text}`);
        assert.equal(foreign.text.replace(`#${globex.number}.`, '#'), none.text.replace('#999999.', '#'), one.name);
        asked += 1;
      }
    }
    for (const name of Object.keys(one.body?.properties ?? {}).filter((each) => each in globex.body)) {
      const path = pathOf(one, acme.org, acme.ids, acme.number);
      const foreign = await ask(caller, one, path, { ...body, [name]: globex.body[name] });
      const none = await ask(caller, one, path, { ...body, [name]: UNKNOWN_ID });
      assert.deepEqual([foreign.status, foreign.text.replaceAll(globex.body[name], '')], [none.status, none.text.replaceAll(UNKNOWN_ID, '')], `${one.name} with a foreign ${name}`);
      asked += 1;
    }
    for (const { name } of one.query.filter((each) => ['service', 'integration', 'subject', 'actor', 'project', 'q'].includes(each.name))) {
      for (const value of [globex.body.service_id, globex.body.integration_id, globex.ids.members, globex.word]) {
        if (one.path.endsWith('/export')) continue;
        const answer = await ask(caller, one, `${pathOf(one, acme.org)}?${name}=${value}`);
        assert.ok(answer.status === 400 || (answer.status === 200 && answer.json.items.length === 0), `${one.name}?${name}=: ${answer.text.slice(0, 200)}`);
        asked += 1;
      }
    }
  }
  t.diagnostic(`${asked} asked`);
  assert.ok(asked > 60);
  const there = (await globex.client.get(`${globex.org.path}/services/${globex.ids.services}`)).json;
  assert.equal(there.archived_at, null, 'nothing happened to it');
  assert.equal((await globex.client.get(`${globex.org.path}/members`)).json.items.length, 4);
});

test('a cursor of another organization opens nothing of it', async () => {
  for (const list of ['services', 'members', 'tokens', 'invitations', 'incidents', 'deliveries', 'audit', 'integrations']) {
    const { next_cursor: cursor } = (await globex.client.get(`${globex.org.path}/${list}?limit=1`)).json;
    if (!cursor) continue;
    const answer = await acme.client.get(`${acme.org.path}/${list}?cursor=${cursor}`);
    assert.ok([200, 400].includes(answer.status), list);
    assert.ok(!answer.text.includes(CANARY), list);
  }
});

test('a body that breaks one rule is refused with the path, whatever else is right', async (t) => {
  const caller = { name: 'the owner', client: acme.client };
  const before_ = (await acme.client.get(`${acme.org.path}/audit?limit=1`)).json.items[0].id;
  const wrong = [];
  let asked = 0;
  for (const one of api.operations().filter((each) => each.body)) {
    const path = pathOf(one, acme.org, acme.ids, acme.number);
    for (const { why, body, path: field } of api.brokenBodies(one)) {
      const answer = await ask(caller, one, path, body);
      asked += 1;
      const named = field === undefined || answer.json?.errors?.some((each) => each.path === field || each.path.startsWith(`${field}[`) || each.path.endsWith(field));
      if (answer.status !== 400 || answer.json.code !== 'invalid' || !named) wrong.push(`${one.name}, ${why}: ${answer.status} ${answer.text.slice(0, 160)}`);
    }
    for (const raw of ['', '{', '[]', '7', '"x"', 'null', '{"a":1,"a":2}', '{"a":\u0000}']) {
      if (raw === '' && !one.body.required && !one.body.minProperties) continue;
      if (raw === '[]' && one.id === 'createMappings') continue;
      const answer = await acme.client.request(one.method, path, { body: raw, headers: { 'Content-Type': 'application/json' } });
      asked += 1;
      if (answer.status !== 400) wrong.push(`${one.name} with ${JSON.stringify(raw)}: ${answer.status} ${answer.text.slice(0, 160)}`);
    }
    const form = await acme.client.request(one.method, path, { form: { a: 1 } });
    if (form.status !== 415) wrong.push(`${one.name} as a form: ${form.status}`);
  }
  assert.deepEqual(wrong, []);
  t.diagnostic(`${asked} sent`);
  assert.ok(asked > 300);
  assert.equal((await acme.client.get(`${acme.org.path}/audit?limit=1`)).json.items[0].id, before_, 'nothing was changed');
});

test('a query that breaks a rule is refused with its name', async () => {
  const caller = { name: 'the owner', client: acme.client };
  const wrong = [];
  for (const one of api.operations()) {
    for (const { name, schema } of one.query) {
      const of = api.resolve(schema ?? {});
      const bad = [];
      if (name === 'limit') bad.push('0', '201', '-1', '1.5', 'x', '');
      if (name === 'cursor') bad.push('eA', '!!', 'A'.repeat(1100));
      if (of.format === 'date-time') bad.push('yesterday', '2026-13-01T00:00:00Z');
      if (of.enum) bad.push('none-of-these');
      for (const value of bad) {
        const answer = await ask(caller, one, `${pathOf(one, acme.org, acme.ids, acme.number)}?${name}=${value}`);
        if (answer.status !== 400 || !answer.json.errors?.some((each) => each.path === name)) wrong.push(`${one.name}?${name}=${value.slice(0, 30)}: ${answer.status} ${answer.text.slice(0, 120)}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('nothing of the other organization was in any answer', async (t) => {
  // With full rights: everything that there is to read.
  for (const one of api.operations().filter((each) => each.method === 'GET' && ofOrganization(each) && !isStream(each))) {
    for (const caller of callers.filter(({ role }) => role)) await ask(caller, one, pathOf(one, acme.org, acme.ids, acme.number));
  }
  t.diagnostic(`${heard.length} answers`);
  assert.ok(heard.length > 1500);
  const leaks = heard.filter(({ caller, text }) => !caller.foreign && text.includes(CANARY)).map(({ what }) => what);
  assert.deepEqual(leaks, []);
  const back = heard.filter(({ caller, text }) => caller.foreign && /quirx/.test(text)).map(({ what }) => what);
  assert.deepEqual(back, []);
  // And the other way round the words are really there to be seen.
  for (const list of ['services', 'incidents', 'members', 'tokens', 'invitations', 'audit', 'unmapped']) assert.ok((await globex.client.get(`${globex.org.path}/${list}`)).text.includes(CANARY), list);
});
