// What one server takes for the end of a request another one takes for the beginning of the next: nothing ambiguous is served,
// neither directly nor behind the proxies that operators use.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { binary } from '../support/program.mjs';
import { startProxy } from '../support/proxies.mjs';
import { connect, IssueBodies } from '../support/story.mjs';
import { sendWebhook } from '../support/webhook.mjs';

let tocsin;
let port;
let installation;
const proxies = {};
before(async () => {
  tocsin = await startTocsin();
  installation = (await connect(tocsin, await tocsin.signedIn('admin'), tocsin.org)).installation_id;
  port = Number(new URL(tocsin.url).port);
  for (const kind of ['nginx', 'haproxy']) proxies[kind] = await startProxy(kind, port);
});
after(async () => {
  for (const each of Object.values(proxies)) await each.stop();
  await tocsin?.stop();
});

/** The answers that stand one after the other, each with its body; those of this test all say how long they are. */
function answersIn(text) {
  const answers = [];
  while (text !== '') {
    const head = text.indexOf('\r\n\r\n') + 4;
    const length = Number(/^content-length: (\d+)\r$/im.exec(text.slice(0, head))?.[1] ?? text.length);
    assert.match(text, /^HTTP\/1\.[01] \d{3} /);
    answers.push(text.slice(0, head + length));
    text = text.slice(head + length);
  }
  return answers;
}

/** Sends bytes, and reads until the other side closes; says that nothing more is coming where nothing came for `patience` ms. */
function exchange(to, bytes, patience = 10_000) {
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect({ port: to, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(bytes));
    socket.setTimeout(patience, () => socket.end());
    socket.setEncoding('latin1').on('data', (more) => { text += more; }).on('end', () => socket.destroy()).on('error', () => {});
    socket.on('close', () => {
      const answers = answersIn(text);
      resolve({ text, answers, statuses: answers.map((one) => Number(one.slice(9, 12))) });
    });
  });
}

/** How many requests for /version were served: nobody but a smuggled request asks for it. */
async function smuggled() {
  const { text } = await tocsin.client({ base: tocsin.adminUrl }).get('/metrics');
  return [...text.matchAll(/^tocsin_http_requests_total\{[^}]*route="\/version"[^}]*\} (\d+)/gm)].reduce((sum, one) => sum + Number(one[1]), 0);
}

const hidden = 'GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n';

test('every ambiguous request is refused once, and what follows it is never served', async () => {
  const cases = JSON.parse(execFileSync(join(dirname(binary), 'framing_corpus'), { maxBuffer: 1 << 26 }));
  assert.ok(cases.length > 150);
  const refused = cases.filter((one) => one.status >= 400);
  for (const one of refused) {
    const answer = await exchange(port, Buffer.concat([Buffer.from(one.base64, 'base64'), Buffer.from(hidden)]));
    assert.deepEqual(answer.statuses, [one.status], `${one.name}: ${answer.text.slice(0, 300)}`);
    assert.match(answer.text, /^connection: close\r$/im, one.name);
  }
  assert.ok(refused.length > 100, String(refused.length));
  assert.equal(await smuggled(), 0);
});

// Ways to say where a body ends that servers have read differently.
const codings = [
  'chunked', 'Chunked', 'chunked, identity', 'identity, chunked', 'chunked, chunked', 'identity', 'xchunked', '"chunked"', 'chunked;q=1', ', chunked', 'chunked,',
  ' chunked', '\tchunked', '\x0bchunked', 'chunked\x0b', 'chunked\x00', 'gzip, chunked', 'chunked, gzip', 'cow', '',
];
const lengths = (n) => [
  [], [`Content-Length: ${n}`], [`Content-Length: 0`], [`Content-Length: ${n}`, 'Content-Length: 0'], ['Content-Length: 0', `Content-Length: ${n}`], [`Content-Length: 0, ${n}`],
  [`Content-Length: ${n}, 0`], [`Content-Length: +${n}`], [`Content-Length: -0`], [`Content-Length: 0x${n.toString(16)}`], [`Content-Length : ${n}`], [`Content-Length\t: 0`], ['Content_Length: 0'],
  [`content-length: 000${n}`], ['Content-Length: 0\x0b'], ['Content-Length:'], [`Content-Length: 1 ${n}`], [`Content-Length:\r\n ${n}`], ['X: y\r\n Content-Length: 0'], ['\x00Content-Length: 0'],
];
const codingFields = [
  ...codings.map((value) => [`Transfer-Encoding: ${value}`]), ['Transfer-Encoding : chunked'], ['Transfer-Encoding:\r\n chunked'], ['Transfer_Encoding: chunked'], ['X: y\rTransfer-Encoding: chunked'],
  ['X: y\nTransfer-Encoding: chunked'], [' Transfer-Encoding: chunked'], ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: x'], ['Transfer\x00-Encoding: chunked'], ['TRANSFER-ENCODING: chunked'], ['Transfer-Encodin\xffg: chunked'],
];

function desyncs() {
  const bodies = [hidden, `0\r\n\r\n${hidden}`, `5\r\nhello\r\n0\r\n\r\n${hidden}`, `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`];
  const all = [];
  for (const version of ['1.1', '1.0']) {
    for (const body of bodies) {
      for (const fields of lengths(body.length)) all.push([version, fields, body]);
      for (const coding of codingFields) for (const length of [[], [`Content-Length: ${body.length}`], ['Content-Length: 5'], ['Content-Length: 0']]) all.push([version, [...length, ...coding], body], [version, [...coding, ...length], body]);
    }
  }
  return all.map(([version, fields, body]) => `POST /api/v1/session HTTP/${version}\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n${fields.join('\r\n')}${fields.length ? '\r\n' : ''}\r\n${body}`);
}

for (const kind of ['nginx', 'haproxy']) {
  test(`behind ${kind}: no body is ever taken for a request`, async () => {
    // What the proxy takes for a second request of its client's it answers as the second one, whatever we think of it; a request
    // that it knew nothing of would be served without being asked for, or answer somebody else's first one.
    const all = desyncs();
    assert.ok(all.length > 1_000, String(all.length));
    const served = await smuggled();
    let next = 0;
    let seen = 0;
    const statuses = {};
    await Promise.all(Array.from({ length: 32 }, async () => {
      while (next < all.length) {
        const bytes = all[next];
        next += 1;
        const { answers, statuses: got } = await exchange(proxies[kind].port, Buffer.from(bytes, 'latin1'), 300);
        for (const status of got) statuses[status] = (statuses[status] ?? 0) + 1;
        assert.ok(!answers[0]?.includes('"version"'), `through ${kind}: ${JSON.stringify(bytes)}: ${answers.join('')}`);
        seen += answers.filter((one) => one.includes('"version"')).length;
      }
    }));
    assert.equal((await smuggled()) - served, seen, JSON.stringify(statuses));
    assert.ok(statuses[400] > 100, JSON.stringify(statuses));
    // The connections between proxy and program are sound: the next person gets their own answer.
    for (let i = 0; i < 20; i += 1) {
      const answer = await exchange(proxies[kind].port, 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      assert.deepEqual(answer.statuses, [200]);
    }
  });

  test(`behind ${kind}: a webhook and a sign-in arrive whole`, async () => {
    const client = tocsin.client({ base: `http://127.0.0.1:${proxies[kind].port}` });
    const { email, password } = tocsin.org.people.admin;
    assert.equal((await client.post('/api/v1/session', { email, password })).status, 200);
    const bodies = new IssueBodies(installation);
    const answer = await sendWebhook(client, { resource: 'issue', body: bodies.issue('created', { metadata: { value: 'ß'.repeat(100_000) } }), secret: APP.clientSecret });
    assert.deepEqual([answer.status, answer.json.status], [200, 'accepted'], answer.text);
  });
}
