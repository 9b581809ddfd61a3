// A list applies every query parameter or refuses it by name: an order or a filter that is ignored would be mistaken for one that works.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, createService } from '../support/steps.mjs';

let tocsin;
let admin;
const lists = [];
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  const integration = await connect(tocsin, admin, tocsin.org);
  const service = await createService(admin, tocsin.org, 'checkout');
  const { json: incident } = await admin.post(`${tocsin.org.path}/incidents`, { title: 'a disk is full', service_id: service.id });
  const { json: grant } = await admin.post(`${tocsin.org.path}/grants`, { name: 'script', integration_id: integration.id });
  const document = (await admin.get('/api/openapi.json')).json;
  for (const [pattern, item] of Object.entries(document.paths)) {
    const names = (item.get?.parameters ?? []).map((parameter) => parameter.$ref ? document.components.parameters[parameter.$ref.split('/').at(-1)] : parameter)
      .filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name);
    if (!names.includes('cursor') && !names.includes('since')) continue;
    const path = pattern.replace('{org}', tocsin.org.slug).replace('{number}', incident.number).replace('grants/{id}', `grants/${grant.id}`).replace('{id}', integration.id);
    assert.doesNotMatch(path, /\{/, pattern);
    lists.push({ path: path.startsWith('/api') ? path : `/api/v1${path}`, names });
  }
});
after(() => tocsin?.stop());

test('every list refuses unknown and repeated parameters by name', async () => {
  assert.ok(lists.length >= 14, JSON.stringify(lists));
  for (const { path, names } of lists) {
    assert.equal((await admin.get(path)).status, 200, path);
    for (const name of ['sort', 'order_by', 'Limit', 'state', 'filter[status]', '__proto__', '%20']) {
      const response = await admin.get(`${path}?${name}=x`);
      assert.deepEqual([response.status, response.json.code, response.json.errors[0].path], [400, 'invalid', decodeURIComponent(name)], path);
      assert.match(response.json.detail, new RegExp(names[0]), 'names the parameters that exist');
    }
    for (const name of names.filter((each) => !['status', 'severity', 'service'].includes(each))) {
      const response = await admin.get(`${path}?${name}=1&${name}=1`);
      assert.deepEqual([response.status, response.json.errors[0].path], [400, name], path);
    }
  }
});

test('a filter that is a list can be repeated', async () => {
  const response = await admin.get(`${tocsin.org.path}/incidents?status=open&status=acknowledged&severity=error&severity=critical`);
  assert.deepEqual([response.status, response.json.items.length], [200, 1], response.text);
});
