// A TCP proxy in front of PostgreSQL that can cut a connection just before or after a COMMIT, as a failing network would.
import net from 'node:net';

/** A simple query, as libpq sends it. */
const COMMIT = Buffer.concat([Buffer.from([0x51, 0, 0, 0, 11]), Buffer.from('COMMIT\0')]);

/**
 * `decide(transaction)` is called at each COMMIT and returns `pass`, `before` (the COMMIT never arrives), or `after` (the COMMIT
 * arrives, its response does not). `transaction`: the bytes of the connection's start, and those sent since the last COMMIT.
 */
export class DatabaseProxy {
  #server;
  #sockets = new Set();
  #isFrozen = false;
  #isRefusing = false;
  #shape = { latency: 0, jitter: 0, slice: Infinity, bytesPerSecond: Infinity };

  static async start(databaseUrl, decide = () => 'pass') {
    const proxy = new DatabaseProxy();
    const to = new URL(databaseUrl);
    proxy.#server = net.createServer({ allowHalfOpen: true }, (client) => proxy.#forward(client, to, decide));
    await new Promise((resolve) => { proxy.#server.listen(0, '127.0.0.1', resolve); });
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String(proxy.#server.address().port);
    proxy.url = url.href;
    return proxy;
  }

  /** From now on, nothing is forwarded, and new connections get no answer: the server hangs. */
  freeze() {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Ends `freeze`. Connections from before it are cut. */
  thaw() {
    this.#isFrozen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on, connections are cut, new ones at once: the server is down. */
  refuse() {
    this.#isRefusing = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Ends `refuse`. */
  accept() {
    this.#isRefusing = false;
  }

  /**
   * A slow network from now on: `latency` and `jitter` in milliseconds in each direction, pieces of at most `slice` bytes, and at most
   * `bytesPerSecond` in each direction of a connection.
   */
  shape(changes) {
    this.#shape = { latency: 0, jitter: 0, slice: Infinity, bytesPerSecond: Infinity, ...changes };
  }

  /** A function that writes to `socket` as the network does at the time. */
  #throughNetwork(socket) {
    let free = 0;
    return (bytes) => {
      const { latency, jitter, slice, bytesPerSecond } = this.#shape;
      const now = performance.now();
      // Bytes never overtake earlier ones.
      free = Math.max(free, now + latency + jitter * Math.random()) + (bytes.length / bytesPerSecond) * 1000;
      const write = () => {
        for (let start = 0; start < bytes.length; start += slice) socket.write(bytes.subarray(start, start + Math.min(slice, bytes.length)));
      };
      if (free - now < 1) write();
      else setTimeout(write, free - now);
    };
  }

  #forward(client, to, decide) {
    if (this.#isRefusing) {
      client.on('error', () => {}).resetAndDestroy();
      return;
    }
    if (this.#isFrozen) {
      this.#sockets.add(client.on('error', () => {}).pause());
      return;
    }
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
    server.on('data', this.#throughNetwork(client));
    const toServer = this.#throughNetwork(server);
    let start;
    let sent = [];
    client.on('data', (bytes) => {
      start ??= [];
      if (start.length < 4) start.push(bytes);
      sent.push(bytes);
      if (!bytes.subarray(-COMMIT.length).equals(COMMIT)) {
        toServer(bytes);
        return;
      }
      const transaction = { start: Buffer.concat(start), sent: Buffer.concat(sent) };
      sent = [];
      const cut = decide(transaction);
      if (cut === 'pass') {
        toServer(bytes);
        return;
      }
      client.removeAllListeners('close');
      client.resetAndDestroy();
      // After an `after`, the server still processes everything; only its response is lost.
      if (cut === 'after') server.end(bytes);
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
