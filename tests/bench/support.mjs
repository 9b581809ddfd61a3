// Shared by the benchmarks: child processes, their CPU time and memory, and statistics.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const env = process.env;
export const binary = env.TOCSIN_TEST_BINARY ?? `${root}build/release/bin/tocsin`;
export const quick = process.argv.includes('--quick');
/** Measure a single round and print its figures as JSON, for `tests/bench/run compare`. */
export const round = process.argv.includes('--round');
export const sentryUrl = 'http://127.0.0.1:9'; // never called
export const secret = 'fake-client-secret-of-the-bench';
const clockTicks = 100; // per second, in /proc

export const freePort = () => 30000 + Math.floor(Math.random() * 2000);
export const median = (numbers) => quantile(numbers, 0.5);
export const quantile = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
export const formatNumber = (value, digits = 0) => (value === undefined ? '-' : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits }));

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export function start(file, args, more, stderr = 'pipe') {
  const child = spawn(file, args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', stderr] });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

/** Waits until the text that `output()` returns matches `pattern`. */
export async function waitForOutput(child, output, pattern) {
  for (let tries = 0; !pattern.test(output()); tries += 1) {
    if (child.exitCode !== null || tries > 600) throw new Error(`it did not start: ${output().slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs a command to its end and returns its standard output. */
export async function outputOf(file, args, more = {}) {
  const child = start(file, args, more);
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => { errors += chunk; });
  child.stdout.on('data', (chunk) => { output += chunk; });
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`${file}: status ${status}: ${errors.slice(-2000)}`);
  return output;
}

export async function stop(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))]);
  child.kill('SIGKILL');
}

/** Seconds of CPU time of a process and its children, including ended ones. */
export function cpuOf(pid) {
  let used = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      const [, parent] = fields;
      const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
      if (Number(entry) === pid) used += user + system + endedUser + endedSystem;
      else if (Number(parent) === pid) used += user + system;
    } catch { /* the process has ended */ }
  }
  return used / clockTicks;
}

/** The process id of the PostgreSQL server; `value` runs a query. The parent of a backend would be wrong behind `su`. */
export const serverPid = async (value) => Number((await value("select pg_read_file('postmaster.pid', 0, 20)")).split('\n')[0]);

/** Bytes of resident anonymous memory. */
export function memoryOf(pid) {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

export async function startTocsin() {
  const port = freePort();
  // The log goes directly to a file, as in operation: reading it here would cost CPU time.
  const log = `${env.BENCH_TMP}/tocsin-${port}.log`;
  const logFile = openSync(log, 'a');
  const child = start(binary, ['serve'], {
    TOCSIN_DATABASE_URL: env.BENCH_URL,
    TOCSIN_LISTEN: `127.0.0.1:${port}`,
    TOCSIN_ADMIN_LISTEN: '127.0.0.1:0',
    TOCSIN_PUBLIC_URL: `http://127.0.0.1:${port}`,
    TOCSIN_SENTRY_URL: sentryUrl,
    TOCSIN_SENTRY_APP_SLUG: 'bench',
    TOCSIN_SENTRY_APP_CLIENT_ID: 'fake-client-id',
    TOCSIN_SENTRY_APP_CLIENT_SECRET: secret,
    TOCSIN_VAULT_KEYS: env.BENCH_VAULT_KEYS, // the same in the whole run, because the database records its keys
  }, logFile);
  closeSync(logFile);
  child.stdout.resume();
  await waitForOutput(child, () => readFileSync(log, 'utf8'), /"listening","what":"gateway"/);
  return { child, port };
}
