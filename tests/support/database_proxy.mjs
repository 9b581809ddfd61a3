// A proxy before PostgreSQL that speaks bytes only, and can cut a connection around a COMMIT: as a network that fails does.
import net from 'node:net';

/** What libpq sends to end a transaction: a simple query. */
const COMMIT = Buffer.concat([Buffer.from([0x51, 0, 0, 0, 11]), Buffer.from('COMMIT\0')]);

/**
 * `decide(transaction)` is asked at each COMMIT, and answers `pass`, `before` (it never arrives) or `after` (it arrives, its answer
 * does not). `transaction` holds the bytes that the client sent since the last COMMIT, and those of the connection's start.
 */
export class DatabaseProxy {
  #server;
  #sockets = new Set();

  static async start(databaseUrl, decide) {
    const proxy = new DatabaseProxy();
    const to = new URL(databaseUrl);
    proxy.#server = net.createServer({ allowHalfOpen: true }, (client) => proxy.#pass(client, to, decide));
    await new Promise((resolve) => { proxy.#server.listen(0, '127.0.0.1', resolve); });
    const through = new URL(databaseUrl);
    through.hostname = '127.0.0.1';
    through.port = String(proxy.#server.address().port);
    proxy.url = through.href;
    return proxy;
  }

  #pass(client, to, decide) {
    const server = net.connect({ host: to.hostname, port: Number(to.port || 5432), allowHalfOpen: true });
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    client.on('end', () => server.end());
    server.on('end', () => client.end());
    server.on('data', (bytes) => client.write(bytes));
    let start;
    let since = [];
    client.on('data', (bytes) => {
      start ??= [];
      if (start.length < 4) start.push(bytes);
      since.push(bytes);
      if (!bytes.subarray(-COMMIT.length).equals(COMMIT)) {
        server.write(bytes);
        return;
      }
      const transaction = { start: Buffer.concat(start), sent: Buffer.concat(since) };
      since = [];
      const how = decide(transaction);
      if (how === 'pass') {
        server.write(bytes);
        return;
      }
      client.removeAllListeners('close');
      client.resetAndDestroy();
      // The server gets all that was sent to it; only its answer finds nobody.
      if (how === 'after') server.end(bytes);
      else server.destroy();
      server.resume();
    });
  }

  async stop() {
    const closed = new Promise((resolve) => { this.#server.close(resolve); });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
