// What the benchmarks share: processes that end with this one, and their CPU and memory.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const env = process.env;
export const quick = process.argv.includes('--quick');
export const sentryUrl = 'http://127.0.0.1:9'; // nobody's: nothing is asked of it
export const secret = 'fake-client-secret-of-the-bench';
const vaultKeys = env.BENCH_VAULT_KEYS; // of the whole run: a database knows its keys by name
const ticks = 100; // of the kernel's accounting of CPU time, a second

export const freePort = () => 30000 + Math.floor(Math.random() * 2000);
export const median = (numbers) => quantile(numbers, 0.5);
export const quantile = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
export const number = (value, digits = 0) => (value === undefined ? '-' : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits }));

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export function begin(file, args, more, stderr = 'pipe') {
  const child = spawn(file, args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', stderr] });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

/** Resolves when `said()` matches. */
export async function awaitWord(child, said, pattern) {
  for (let tries = 0; !pattern.test(said()); tries += 1) {
    if (child.exitCode !== null || tries > 600) throw new Error(`it did not start: ${said().slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function outputOf(file, args, more = {}) {
  const child = begin(file, args, more);
  let text = '';
  let complaints = '';
  child.stderr.on('data', (chunk) => { complaints += chunk; });
  child.stdout.on('data', (chunk) => { text += chunk; });
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`${file}: status ${status}: ${complaints.slice(-2000)}`);
  return text;
}

export async function end(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))]);
  child.kill('SIGKILL');
}

/** Seconds of CPU that a process and its children, living or gone, have used. */
export function cpuOf(pid) {
  let used = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      const [, parent] = fields;
      const [user, system, goneUser, goneSystem] = fields.slice(11, 15).map(Number);
      if (Number(entry) === pid) used += user + system + goneUser + goneSystem;
      else if (Number(parent) === pid) used += user + system;
    } catch { /* it ended meanwhile */ }
  }
  return used / ticks;
}

/** Of its resident memory, in bytes, what is its own. */
export function memoryOf(pid) {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

export async function startTocsin() {
  const port = freePort();
  // Its log goes straight to a file, as an operator's does: reading it here would cost what is measured.
  const log = `${env.BENCH_TMP}/tocsin-${port}.log`;
  const written = openSync(log, 'a');
  const child = begin(`${root}build/release/bin/tocsin`, ['serve'], {
    TOCSIN_DATABASE_URL: env.BENCH_URL,
    TOCSIN_LISTEN: `127.0.0.1:${port}`,
    TOCSIN_ADMIN_LISTEN: '127.0.0.1:0',
    TOCSIN_PUBLIC_URL: `http://127.0.0.1:${port}`,
    TOCSIN_SENTRY_URL: sentryUrl,
    TOCSIN_SENTRY_APP_SLUG: 'bench',
    TOCSIN_SENTRY_APP_CLIENT_ID: 'fake-client-id',
    TOCSIN_SENTRY_APP_CLIENT_SECRET: secret,
    TOCSIN_VAULT_KEYS: vaultKeys,
  }, written);
  closeSync(written);
  child.stdout.resume();
  await awaitWord(child, () => readFileSync(log, 'utf8'), /"listening","what":"gateway"/);
  return { child, port };
}
