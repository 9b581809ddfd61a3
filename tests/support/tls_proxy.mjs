// A TLS proxy in front of a local server, with a certificate of a private authority and switchable faults.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';

/** Certificates by fault, and in `trusted` the file of the authority that clients trust. */
function createCertificates(folder) {
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const createAuthority = (name) => openssl('req', '-x509', ...key, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name} for tests`);
  const sign = (name, authority, host) => {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${host}`);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.pem`);
    return tls.createSecureContext({ key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.pem`)) });
  };
  createAuthority('trusted');
  createAuthority('untrusted');
  return {
    trusted: join(folder, 'trusted.pem'),
    'no fault': sign('valid', 'trusted', 'localhost'),
    'certificate of an untrusted authority': sign('foreign', 'untrusted', 'localhost'),
    'certificate for another name': sign('other', 'trusted', 'elsewhere.example'),
  };
}

export class TlsProxy {
  fault = 'no fault';
  #server;
  #certificates;
  #sockets = new Set();

  /** The port to forward to is set afterwards, in `target`. */
  static async listen() {
    const proxy = new TlsProxy();
    await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    proxy.url = `https://localhost:${proxy.#server.address().port}`;
    return proxy;
  }

  constructor() {
    this.#certificates = createCertificates(mkdtempSync(join(process.env.TOCSIN_TEST_TMP, 'tls-')));
    this.trusted = this.#certificates.trusted;
    this.#server = net.createServer((socket) => this.#accept(socket));
  }

  #accept(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
    const certificate = this.#certificates[this.fault];
    if (certificate) {
      this.#forward(new tls.TLSSocket(socket, { isServer: true, secureContext: certificate }));
    } else if (this.fault === 'plain HTTP') {
      socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
    } else if (this.fault === 'reset during the handshake') {
      socket.once('data', () => socket.resetAndDestroy());
    } else if (this.fault === 'truncated handshake') {
      socket.once('data', () => socket.end(Buffer.from([0x16, 0x03, 0x03, 0x00])));
    }
    // 'no handshake': the socket stays silent.
  }

  #forward(client) {
    const upstream = net.connect(this.target, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', () => (client.destroy(), upstream.destroy()));
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

export const tlsFaults = ['certificate of an untrusted authority', 'certificate for another name', 'plain HTTP', 'reset during the handshake', 'truncated handshake', 'no handshake'];
