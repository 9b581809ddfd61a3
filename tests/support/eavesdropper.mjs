// A wire between the program and Sentry that remembers what went over it, both ways.
import net from 'node:net';

export class Eavesdropper {
  #sockets = new Set();
  #server = net.createServer((socket) => this.#accept(socket));
  /** Of every connection, one after another as it came; bytes as Latin-1. */
  heard = '';

  static async listen() {
    const made = new Eavesdropper();
    await new Promise((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    made.url = `http://127.0.0.1:${made.#server.address().port}`;
    return made;
  }

  #accept(socket) {
    const behind = net.connect(this.target, '127.0.0.1');
    for (const [from, to] of [[socket, behind], [behind, socket]]) {
      this.#sockets.add(from);
      from.on('error', () => {}).on('close', () => to.destroy());
      from.on('data', (bytes) => {
        this.heard += bytes.toString('latin1');
      });
      from.pipe(to);
    }
  }

  /** Every first group of `pattern` in what was heard. */
  all(pattern) {
    return [...this.heard.matchAll(pattern)].map(([, found]) => decodeURIComponent(found));
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
