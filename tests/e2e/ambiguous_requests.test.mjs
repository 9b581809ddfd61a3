// Request smuggling: a request whose end two servers could read differently is refused, both directly and behind common proxies.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { binary } from '../support/program.mjs';
import { startProxy } from '../support/reverse_proxies.mjs';
import { connect } from '../support/steps.mjs';
import { IssueBodies, sendWebhook, sentryJson } from '../support/webhook.mjs';

let tocsin;
let port;
let installation;
const proxies = {};
before(async () => {
  tocsin = await startTocsin();
  installation = (await connect(tocsin, await tocsin.signInAs('admin'), tocsin.org)).installation_id;
  port = Number(new URL(tocsin.url).port);
  for (const kind of ['nginx', 'haproxy']) proxies[kind] = await startProxy(kind, port);
});
after(async () => {
  for (const item of Object.values(proxies)) await item.stop();
  await tocsin?.stop();
});

/** Splits a byte stream into responses, each with its body. All responses here have a Content-Length. */
function splitResponses(text) {
  const responses = [];
  while (text !== '') {
    const head = text.indexOf('\r\n\r\n') + 4;
    const length = Number(/^content-length: (\d+)\r$/im.exec(text.slice(0, head))?.[1] ?? text.length);
    assert.match(text, /^HTTP\/1\.[01] \d{3} /);
    responses.push(text.slice(0, head + length));
    text = text.slice(head + length);
  }
  return responses;
}

/** Sends bytes and reads until the peer closes; ends its own side after `patience` ms without data. */
function exchange(to, bytes, patience = 10_000) {
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect({ port: to, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(bytes));
    socket.setTimeout(patience, () => socket.end());
    socket.setEncoding('latin1').on('data', (chunk) => { text += chunk; }).on('end', () => socket.destroy()).on('error', () => {});
    socket.on('close', () => {
      const responses = splitResponses(text);
      resolve({ text, responses, statuses: responses.map((response) => Number(response.slice(9, 12))) });
    });
  });
}

/** The number of requests for /version that were served. Only smuggled requests ask for it. */
async function countSmuggled() {
  const text = await tocsin.metrics();
  return [...text.matchAll(/^tocsin_http_requests_total\{[^}]*route="\/version"[^}]*\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

const smuggledRequest = 'GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n';

test('every ambiguous request is refused once, and the bytes after it are never served', async () => {
  const cases = JSON.parse(execFileSync(join(dirname(binary), 'framing_corpus'), { maxBuffer: 1 << 26 }));
  assert.ok(cases.length > 150);
  const refused = cases.filter((example) => example.status >= 400);
  for (const entry of refused) {
    const response = await exchange(port, Buffer.concat([Buffer.from(entry.base64, 'base64'), Buffer.from(smuggledRequest)]));
    assert.deepEqual(response.statuses, [entry.status], `${entry.name}: ${response.text.slice(0, 300)}`);
    assert.match(response.text, /^connection: close\r$/im, entry.name);
  }
  assert.ok(refused.length > 100, String(refused.length));
  assert.equal(await countSmuggled(), 0);
});

// Descriptions of a body's end that real servers have read differently.
const transferCodings = [
  'chunked', 'Chunked', 'chunked, identity', 'identity, chunked', 'chunked, chunked', 'identity', 'xchunked', '"chunked"', 'chunked;q=1', ', chunked', 'chunked,',
  ' chunked', '\tchunked', '\x0bchunked', 'chunked\x0b', 'chunked\x00', 'gzip, chunked', 'chunked, gzip', 'cow', '',
];
const contentLengths = (n) => [
  [], [`Content-Length: ${n}`], [`Content-Length: 0`], [`Content-Length: ${n}`, 'Content-Length: 0'], ['Content-Length: 0', `Content-Length: ${n}`], [`Content-Length: 0, ${n}`],
  [`Content-Length: ${n}, 0`], [`Content-Length: +${n}`], [`Content-Length: -0`], [`Content-Length: 0x${n.toString(16)}`], [`Content-Length : ${n}`], [`Content-Length\t: 0`], ['Content_Length: 0'],
  [`content-length: 000${n}`], ['Content-Length: 0\x0b'], ['Content-Length:'], [`Content-Length: 1 ${n}`], [`Content-Length:\r\n ${n}`], ['X: y\r\n Content-Length: 0'], ['\x00Content-Length: 0'],
];
const codingFields = [
  ...transferCodings.map((value) => [`Transfer-Encoding: ${value}`]), ['Transfer-Encoding : chunked'], ['Transfer-Encoding:\r\n chunked'], ['Transfer_Encoding: chunked'], ['X: y\rTransfer-Encoding: chunked'],
  ['X: y\nTransfer-Encoding: chunked'], [' Transfer-Encoding: chunked'], ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: x'], ['Transfer\x00-Encoding: chunked'], ['TRANSFER-ENCODING: chunked'], ['Transfer-Encodin\xffg: chunked'],
];

/** Requests for every combination, with a second request in the body. */
function desyncRequests(path) {
  const inner = smuggledRequest;
  const bodies = [inner, `0\r\n\r\n${inner}`, `5\r\nhello\r\n0\r\n\r\n${inner}`, `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`];
  const all = [];
  for (const version of ['1.1', '1.0']) {
    for (const body of bodies) {
      for (const fields of contentLengths(body.length)) all.push([version, fields, body]);
      for (const coding of codingFields) for (const length of [[], [`Content-Length: ${body.length}`], ['Content-Length: 5'], ['Content-Length: 0']]) all.push([version, [...length, ...coding], body], [version, [...coding, ...length], body]);
    }
  }
  return all.map(([version, fields, body]) => `POST ${path} HTTP/${version}\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n${fields.join('\r\n')}${fields.length ? '\r\n' : ''}\r\n${body}`);
}

for (const kind of ['nginx', 'haproxy']) {
  test(`behind ${kind}: no body is ever served as a request`, async () => {
    // If the proxy itself sees a second request, its response is the client's second one. A smuggled request would be served
    // without the proxy's knowledge, or its response would be sent to another client's first request.
    // The webhook route accepts chunked bodies.
    const all = [...desyncRequests('/api/v1/session'), ...desyncRequests('/webhooks/sentry')];
    assert.ok(all.length > 1_000, String(all.length));
    const served = await countSmuggled();
    let next = 0;
    let seen = 0;
    const statuses = {};
    await Promise.all(Array.from({ length: 32 }, async () => {
      while (next < all.length) {
        const bytes = all[next];
        next += 1;
        const { responses, statuses: got } = await exchange(proxies[kind].port, Buffer.from(bytes, 'latin1'), 300);
        for (const status of got) statuses[status] = (statuses[status] ?? 0) + 1;
        assert.ok(!responses[0]?.includes('"version"'), `through ${kind}: ${JSON.stringify(bytes)}: ${responses.join('')}`);
        seen += responses.filter((response) => response.includes('"version"')).length;
      }
    }));
    assert.equal((await countSmuggled()) - served, seen, JSON.stringify(statuses));
    assert.ok(statuses[400] > 100, JSON.stringify(statuses));
    // The connections between proxy and program stay in sync: the next clients get their own responses.
    for (let i = 0; i < 20; i += 1) {
      const response = await exchange(proxies[kind].port, 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      assert.deepEqual(response.statuses, [200]);
    }
  });

  test(`behind ${kind}: a webhook and a sign-in work`, async () => {
    const client = tocsin.client({ base: `http://127.0.0.1:${proxies[kind].port}` });
    const { email, password } = tocsin.org.people.admin;
    assert.equal((await client.post('/api/v1/session', { email, password })).status, 200);
    const bodies = new IssueBodies(installation);
    const response = await sendWebhook(client, { resource: 'issue', body: bodies.issue('created', { metadata: { value: 'ß'.repeat(100_000) } }), secret: APP.clientSecret });
    assert.deepEqual([response.status, response.json.status], [200, 'accepted'], response.text);
    const body = Buffer.from(sentryJson(bodies.issue('assigned', { metadata: { value: 'ß'.repeat(100_000) } })));
    const chunked = await sendWebhook(client, { resource: 'issue', body, secret: APP.clientSecret, headers: { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined } });
    assert.deepEqual([chunked.status, chunked.json.status], [200, 'accepted'], chunked.text);
    assert.equal(await tocsin.value('select body = $2 from tocsin.deliveries where delivery_id = $1', [chunked.json.delivery_id, body]), true);
  });
}
