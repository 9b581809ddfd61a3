// TLS in front of a server of this machine, with a certificate of a private authority; and what may be wrong with it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';

/** Certificates signed by an authority of their own; `trusted` is its file. */
function makeCertificates(folder) {
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = (name) => openssl('req', '-x509', ...key, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name} of the tests`);
  const signed = (name, by, host) => {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${host}`);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.pem`);
    return tls.createSecureContext({ key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.pem`)) });
  };
  authority('authority');
  authority('stranger');
  return {
    trusted: join(folder, 'authority.pem'),
    'no fault': signed('right', 'authority', 'localhost'),
    'a certificate of nobody trusted': signed('foreign', 'stranger', 'localhost'),
    'a certificate for another name': signed('other', 'authority', 'elsewhere.example'),
  };
}

export class TlsFront {
  /** What is wrong with it now. */
  fault = 'no fault';
  #server;
  #certificates;
  #sockets = new Set();

  static async listen() {
    const front = new TlsFront();
    await new Promise((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    front.url = `https://localhost:${front.#server.address().port}`;
    return front;
  }

  constructor() {
    this.#certificates = makeCertificates(mkdtempSync(join(process.env.TOCSIN_TEST_TMP, 'tls-')));
    this.trusted = this.#certificates.trusted;
    this.#server = net.createServer((socket) => this.#accept(socket));
  }

  #accept(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
    const certificate = this.#certificates[this.fault];
    if (certificate) {
      const inside = new tls.TLSSocket(socket, { isServer: true, secureContext: certificate });
      const behind = net.connect(this.target, '127.0.0.1');
      inside.pipe(behind).pipe(inside);
      for (const one of [inside, behind]) one.on('error', () => {}).on('close', () => (inside.destroy(), behind.destroy()));
    } else if (this.fault === 'no TLS at all') {
      socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
    } else if (this.fault === 'a reset in the handshake') {
      socket.once('data', () => socket.resetAndDestroy());
    } else if (this.fault === 'a handshake cut off') {
      socket.once('data', () => socket.end(Buffer.from([0x16, 0x03, 0x03, 0x00])));
    }
    // Else: a handshake that never comes.
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

export const tlsFaults = ['a certificate of nobody trusted', 'a certificate for another name', 'no TLS at all', 'a reset in the handshake', 'a handshake cut off', 'a handshake that never comes'];
