// The program's own memory for an idle connection and for an event stream.
import http from 'node:http';
import net from 'node:net';
import { binary, env, formatNumber, memoryOf, outputOf, startTocsin, stop } from './support.mjs';

const connections = 2000;
let tocsin;
const settle = () => new Promise((resolve) => setTimeout(resolve, 1000));

/** A connection after one response. */
function openIdle() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(tocsin.port, '127.0.0.1').on('error', reject);
    socket.once('data', () => resolve(socket));
    socket.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  });
}

function openStream(token) {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
    const request = http.get({ port: tocsin.port, host: '127.0.0.1', path: '/api/v1/orgs/bench/events', headers, agent: false }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`${response.statusCode}`));
      response.once('data', () => resolve(response.socket)).resume();
    });
    request.on('error', reject);
  });
}

/** With a new process each, because a process reuses memory that it has freed. */
async function measure(name, open) {
  tocsin = await startTocsin();
  await Promise.all(Array.from({ length: 50 }, open));
  await settle();
  const before = memoryOf(tocsin.child.pid);
  const sockets = [];
  for (let i = 0; i < connections; i += 50) sockets.push(...await Promise.all(Array.from({ length: 50 }, open)));
  await settle();
  const each = (memoryOf(tocsin.child.pid) - before) / connections;
  console.log(`| ${name} | ${formatNumber(each / 1024, 1)} KB |`);
  await stop(tocsin.child);
  return before;
}

const runCommand = (args) => outputOf(binary, args, { TOCSIN_DATABASE_URL: env.BENCH_URL });
await runCommand(['org', 'create', 'bench', '--name', 'Bench']);
const token = (await runCommand(['token', 'create', '--org', 'bench', '--role', 'viewer', '--name', 'bench'])).trim();
console.log('| | own memory |');
console.log('|---|---|');
await measure(`each of ${formatNumber(connections)} idle connections`, openIdle);
const initial = await measure(`each of ${formatNumber(connections)} event streams`, () => openStream(token));
console.log(`| the program with 50 event streams | ${formatNumber(initial / 1024 / 1024, 1)} MB |`);
