// Ports for servers whose address must be known before they start. A lock file reserves a port until this process ends, so that
// test files that run in parallel never share one. All are below the kernel's range of ephemeral ports.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FIRST = 20000;
const COUNT = 10000;
const folder = join(process.env.TOCSIN_TEST_TMP ?? tmpdir(), 'tocsin-ports');
const lockFiles = new Set();

process.on('exit', () => {
  for (const file of lockFiles) rmSync(file, { force: true });
});

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function lock(port) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, String(port));
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(Number(readFileSync(file, 'utf8')))) rmSync(file, { force: true });
    return false;
  }
  lockFiles.add(file);
  return true;
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export async function reservePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (lock(port) && (await isFree(port))) return port;
  }
}
