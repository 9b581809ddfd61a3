// What a connection takes while nothing happens on it: of the program's own memory, after and before so many of them.
import http from 'node:http';
import net from 'node:net';
import { end, env, memoryOf, number, outputOf, root, startTocsin } from './support.mjs';

const connections = 2000;
let tocsin;
const settled = () => new Promise((resolve) => setTimeout(resolve, 1000));

/** One request, answered; the connection stays. */
function idle() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(tocsin.port, '127.0.0.1').on('error', reject);
    socket.once('data', () => resolve(socket));
    socket.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  });
}

function stream(token) {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
    const request = http.get({ port: tocsin.port, host: '127.0.0.1', path: '/api/v1/orgs/bench/events', headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`${answer.statusCode}`));
      answer.once('data', () => resolve(answer.socket)).resume();
    });
    request.on('error', reject);
  });
}

// A program of its own for each: what one has freed the next would take.
async function measure(what, open) {
  tocsin = await startTocsin();
  await Promise.all(Array.from({ length: 50 }, open));
  await settled();
  const before = memoryOf(tocsin.child.pid);
  const sockets = [];
  for (let i = 0; i < connections; i += 50) sockets.push(...await Promise.all(Array.from({ length: 50 }, open)));
  await settled();
  const each = (memoryOf(tocsin.child.pid) - before) / connections;
  console.log(`| ${what} | ${number(each / 1024, 1)} KB |`);
  await end(tocsin.child);
  return before;
}

const command = (args) => outputOf(`${root}build/release/bin/tocsin`, args, { TOCSIN_DATABASE_URL: env.BENCH_URL });
await command(['org', 'create', 'bench', '--name', 'Bench']);
const token = (await command(['token', 'create', '--org', 'bench', '--role', 'viewer', '--name', 'bench'])).trim();
console.log('| | own memory |');
console.log('|---|---|');
await measure(`each of ${number(connections)} idle connections`, idle);
const rest = await measure(`each of ${number(connections)} event streams`, () => stream(token));
console.log(`| the program, with 50 of them | ${number(rest / 1024 / 1024, 1)} MB |`);
