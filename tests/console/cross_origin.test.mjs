// Pages of other sites in the browser of a signed-in user: forms, scripts, images, and navigation change nothing in Tocsin.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { launch, signIn } from '../support/browser.mjs';
import { fillOrganization } from '../support/sample_organization.mjs';
import { startTocsin } from '../support/harness.mjs';
import { Api } from '../support/openapi.mjs';

let tocsin;
let browser;
let attacker;
let requests;
before(async () => {
  tocsin = await startTocsin();
  const furnished = await fillOrganization(tocsin, tocsin.org, { sentryOrganization: 'northwind', word: 'own', incidents: 2 });
  const api = new Api((await tocsin.client().get('/api/openapi.json')).json);
  const unsafe = api.operations().filter((one) => one.method !== 'GET');
  requests = unsafe.map((one) => ({
    method: one.method,
    url: tocsin.url + one.path
      .replace('{org}', tocsin.org.slug)
      .replace('{number}', '1')
      .replace(/(\w+)\/\{id\}/, (_, collection) => `${collection}/${furnished.ids[collection]}`)
      .replace('{mapping_id}', furnished.ids.mapping_id)
      .replace('{path}', 'api/0/issues/1/'),
    body: one.body ? JSON.stringify({ ...api.example(one.body), ...pick(one.body.properties, furnished.body) }) : '{}',
  }));
  assert.ok(requests.length > 35, String(requests.length));
  for (const { url } of requests) assert.ok(!/[{}]|undefined/.test(url), url);
  attacker = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Elsewhere</title><body>'));
  await new Promise((resolve) => { attacker.listen(0, '127.0.0.1', resolve); });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  attacker?.closeAllConnections();
  attacker?.close();
  await tocsin?.stop();
});

const pick = (properties = {}, from) => Object.fromEntries(Object.entries(from).filter(([name]) => name in properties));

/** A digest of each table, without what changes by itself: counted refusals, refreshed tokens, and times of last use. */
async function storedState() {
  const tables = (await tocsin.sql("select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'tocsin' and tablename not in ('attempts', 'refresh_attempts', 'credentials')")).map((one) => one.name);
  const digests = {};
  for (const name of tables) {
    const rows = await tocsin.sql(`select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as all from (select to_jsonb(t) - 'last_seen_at' - 'last_used_at' as t from ${name} t) t`);
    digests[name] = rows[0].all;
  }
  return digests;
}

/** The number of responses so far, by status. */
async function responseCounts() {
  const { text } = await tocsin.client({ base: tocsin.adminUrl }).get('/metrics');
  const counts = {};
  for (const [, code, count] of text.matchAll(/^tocsin_http_requests_total\{.*code="(\d+)".*\} (\d+)$/gm)) counts[code] = (counts[code] ?? 0) + Number(count);
  return counts;
}

/** Runs in the attacker's page: everything that a page can send to another origin. Resolves when all of it was sent. */
async function attack(all) {
  document.body.append(...all.map((_, i) => Object.assign(document.createElement('iframe'), { name: `frame${i}` })));
  const sent = [];
  const submit = (url, i, enctype, fields) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: url, enctype, target: `frame${i}` });
    form.append(...Object.entries(fields).map(([name, value]) => Object.assign(document.createElement('input'), { name, value })));
    document.body.append(form);
    const frame = document.querySelector(`iframe[name=frame${i}]`);
    sent.push(new Promise((resolve) => { frame.addEventListener('load', resolve, { once: true }); setTimeout(resolve, 3000); }));
    form.submit();
    return sent.at(-1);
  };
  for (const [i, { method, url, body }] of all.entries()) {
    for (const headers of [{}, { 'Content-Type': 'text/plain' }, { 'Content-Type': 'application/x-www-form-urlencoded' }])
      sent.push(fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', headers, body }));
    sent.push(fetch(url, { method, credentials: 'include', headers: { 'Content-Type': 'application/json' }, body }));
    sent.push(fetch(`${url}?_method=${method}`, { method: 'POST', mode: 'no-cors', credentials: 'include', body: `_method=${method}` }));
    navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }));
    sent.push(new Promise((resolve) => { Object.assign(new Image(), { onload: resolve, onerror: resolve, src: `${url}?picture` }); }));
    const fields = Object.fromEntries(Object.entries(JSON.parse(body)).map(([name, value]) => [name, String(value)]));
    await submit(url, i, 'application/x-www-form-urlencoded', fields);
    await submit(url, i, 'multipart/form-data', fields);
    // The name and the value of a text form together are JSON.
    await submit(url, i, 'text/plain', { [`${body.slice(0, -1)}${body === '{}' ? '' : ','}"x":"`]: '"}' });
  }
  await Promise.allSettled(sent);
}

for (const [kind, host] of [['of another site', 'localhost'], ['of the same site on another port', '127.0.0.1']]) {
  test(`a page ${kind} changes nothing`, async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const path = `/o/${tocsin.org.slug}/incidents`;
    await signIn(page, tocsin.url, tocsin.org.people.owner, path);
    const [before, statusesBefore] = [await storedState(), await responseCounts()];
    const attackerPage = await context.newPage();
    const elsewhere = `http://${host}:${attacker.address().port}/`;
    await attackerPage.goto(elsewhere);
    await attackerPage.evaluate(attack, requests);
    // Navigation by the attacker's page, as by a link or a script.
    for (const { url } of requests) {
      await attackerPage.goto(elsewhere);
      const response = attackerPage.waitForResponse(url);
      // Deferred, because the navigation ends the context of the script.
      await attackerPage.evaluate((to) => { setTimeout(() => { window.location.href = to; }, 0); }, url);
      await (await response).finished();
      await attackerPage.waitForURL(url);
    }
    const responses = Object.entries(await responseCounts()).map(([code, count]) => [code, count - (statusesBefore[code] ?? 0)]);
    console.log(`${requests.length} routes, 10 kinds of requests each:`, JSON.stringify(Object.fromEntries(responses)));
    assert.deepEqual(await storedState(), before);
    const refused = responses.filter(([code]) => ['401', '403', '405', '415'].includes(code)).reduce((sum, [, count]) => sum + count, 0);
    assert.ok(refused > requests.length * 8, `${refused} refused`);
    assert.ok(responses.every(([code]) => Number(code) < 500));
    // The session is still valid, and the console itself may send these requests.
    const answer = await page.evaluate(async (url) => (await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })).status, `${tocsin.url}${tocsin.org.path}/incidents/1/acknowledge`);
    assert.equal(answer, 200);
    await context.close();
  });
}
