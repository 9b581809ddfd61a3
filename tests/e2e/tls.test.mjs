// The gateway's own TLS: old protocol versions and weak ciphers are refused, and a client sees the configured certificate.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { startTocsin } from '../support/harness.mjs';
import { reservePort } from '../support/ports.mjs';

const folder = mkdtempSync(join(process.env.TOCSIN_TEST_TMP, 'tls-'));
const cert = join(folder, 'cert.pem');
const key = join(folder, 'key.pem');
let tocsin;
let port;
before(async () => {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'pipe' });
  tocsin = await startTocsin();
  port = await reservePort();
  await tocsin.startSecondProcess({ env: { TOCSIN_LISTEN: `127.0.0.1:${port}`, TOCSIN_PUBLIC_URL: `https://localhost:${port}`, TOCSIN_TLS_CERT: cert, TOCSIN_TLS_KEY: key } });
});
after(() => tocsin?.stop());

/** The protocol and cipher that client and server agree on, or the code of the failure. The client accepts everything. */
const handshake = (options) => new Promise((resolve) => {
  const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca: readFileSync(cert), ...options }, () => {
    resolve({ protocol: socket.getProtocol(), cipher: socket.getCipher().standardName });
    socket.destroy();
  });
  socket.on('error', (error) => resolve({ error: error.code ?? error.message }));
});

test('TLS 1.2 and 1.3 are spoken, older versions are not', async () => {
  const of = (version) => handshake({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' });
  assert.equal((await of('TLSv1.3')).protocol, 'TLSv1.3');
  assert.equal((await of('TLSv1.2')).protocol, 'TLSv1.2');
  for (const version of ['TLSv1.1', 'TLSv1']) assert.ok((await of(version)).error, version);
});

test('every cipher that is accepted is authenticated and has forward secrecy', async (t) => {
  const all = execFileSync('openssl', ['ciphers', '-s', '-tls1_2', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'], { encoding: 'utf8' }).trim().split(':').filter((name) => !name.startsWith('TLS_'));
  const accepted = [];
  for (const ciphers of all) {
    const result = await handshake({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` });
    if (!result.error) accepted.push(result.cipher);
  }
  t.diagnostic(`accepted ${accepted.length} of ${all.length}: ${accepted.join(', ')}`);
  assert.ok(accepted.length > 0);
  assert.deepEqual(accepted.filter((name) => !/^TLS_(ECDHE|DHE)_.*(GCM|CHACHA20_POLY1305)/.test(name)), []);
});

test('responses over TLS ask for TLS in the future, and cookies are bound to it', async () => {
  const { email, password } = tocsin.org.people.owner;
  const body = JSON.stringify({ email, password });
  const response = await new Promise((resolve, reject) => {
    https.request({ host: '127.0.0.1', port, path: '/api/v1/session', method: 'POST', servername: 'localhost', ca: readFileSync(cert), headers: { Host: `localhost:${port}`, 'Content-Type': 'application/json', 'Content-Length': body.length } }, resolve).on('error', reject).end(body);
  });
  response.resume();
  assert.equal(response.statusCode, 200);
  assert.match(response.headers['strict-transport-security'], /max-age=(\d{8,})/);
  const cookie = response.headers['set-cookie'].find((line) => line.includes('session'));
  assert.match(cookie, /^__Host-/);
  assert.match(cookie, /; Secure/);
});
