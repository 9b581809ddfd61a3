// A TCP proxy between the program and Sentry that records what passes, in both directions.
import net from 'node:net';

export class RecordingProxy {
  #sockets = new Set();
  #server = net.createServer((socket) => this.#accept(socket));
  /** The bytes of all connections, as Latin-1. */
  recorded = '';

  /** The port to forward to is set afterwards, in `target`. */
  static async listen() {
    const proxy = new RecordingProxy();
    await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`;
    return proxy;
  }

  #accept(socket) {
    const upstream = net.connect(this.target, '127.0.0.1');
    for (const [from, to] of [[socket, upstream], [upstream, socket]]) {
      this.#sockets.add(from);
      from.on('error', () => {}).on('close', () => to.destroy());
      from.on('data', (bytes) => {
        this.recorded += bytes.toString('latin1');
      });
      from.pipe(to);
    }
  }

  /** The first group of every match of `pattern`. */
  matches(pattern) {
    return [...this.recorded.matchAll(pattern)].map(([, value]) => decodeURIComponent(value));
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
