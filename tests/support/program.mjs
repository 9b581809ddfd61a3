// The program under test: long-running commands with their logs, and commands that end by themselves.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const binary = process.env.TOCSIN_TEST_BINARY ?? join(root, 'build/release/bin/tocsin');

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// The program does not inherit settings of Tocsin or libpq from the caller.
function environment(env) {
  const base = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TOCSIN_') && !name.startsWith('PG')),
  );
  return { ...base, ...env };
}

function timeout(milliseconds, message) {
  let timer;
  const promise = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), milliseconds);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}

/** Settles as `promise` does, but rejects after `milliseconds`. `message()` makes the error's message. */
export async function withTimeout(milliseconds, promise, message) {
  const limit = timeout(milliseconds, message);
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    limit.cancel();
  }
}

/** Runs a command to its end. */
export async function run(args, { env = {}, input = '', limit = 30_000, file = binary, cwd } = {}) {
  const child = spawn(file, args, { env: environment(env), cwd, stdio: 'pipe' });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text; });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  try {
    return await withTimeout(limit, ended, () => `${file} ${args.join(' ')} did not end within ${limit} ms\n${stderr}`);
  } finally {
    child.kill('SIGKILL');
    running.delete(child);
  }
}

/** A command that runs until it is stopped, with the JSON lines that it logs. */
export class Program {
  #args;
  #env;
  #child;
  #exited;
  #isEndExpected = false;
  #watchers = new Set();
  #allowed = [];
  #file;
  #descriptors;
  /** Every logged line, including those of earlier runs. Lines that are not JSON have only `text`. */
  lines = [];
  /** Unexpected ends. */
  #unexpected = [];

  /** `descriptors`: the limit of open descriptors, soft and hard. */
  constructor(name, args, env, { descriptors } = {}) {
    this.name = name;
    this.#descriptors = descriptors;
    this.#args = args;
    this.#env = env;
    const folder = process.env.TOCSIN_TEST_LOGS;
    if (folder) {
      mkdirSync(folder, { recursive: true });
      this.#file = createWriteStream(join(folder, `${name}-${process.pid}.log`), { flags: 'a' });
    }
  }

  get pid() {
    return this.#child?.pid;
  }

  get isRunning() {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts, waits until each of `servers` is listening, and resolves to their ports. */
  async start(servers) {
    const from = this.lines.length;
    this.#isEndExpected = false;
    const [file, args] = this.#descriptors
      ? ['/bin/sh', ['-c', `ulimit -n ${this.#descriptors} && exec "$0" "$@"`, binary, ...this.#args]]
      : [binary, this.#args];
    const child = spawn(file, args, { env: environment(this.#env), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (text) => this.#receiveLine(text));
    }
    this.#exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => {
        running.delete(child);
        if (!this.#isEndExpected) this.#unexpected.push(`${this.name} ended unexpectedly: ${signal ?? `status ${status}`}`);
        for (const watcher of [...this.#watchers]) watcher();
        resolve({ status, signal });
      });
    });
    this.#exited.catch(() => {});
    this.ports = {};
    for (const server of servers) {
      const { port } = await this.waitForLog((line) => line.event === 'listening' && line.what === server, { from });
      this.ports[server] = port;
    }
    return this.ports;
  }

  /** The URL of the gateway. */
  get url() {
    return `http://127.0.0.1:${this.ports.gateway}`;
  }

  #receiveLine(text) {
    this.#file?.write(`${text}\n`);
    let line;
    try {
      line = { ...JSON.parse(text), text };
    } catch {
      line = { text };
    }
    this.lines.push(line);
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Waits for the first line, from line number `from` on, for which `matches` is true. */
  waitForLog(matches, { from = 0, limit = 20_000 } = {}) {
    let watcher;
    const found = new Promise((resolve, reject) => {
      watcher = () => {
        const line = this.lines.slice(from).find(matches);
        if (line) resolve(line);
        else if (!this.isRunning) reject(new Error(`${this.name} ended before it logged the expected line\n${this.tail()}`));
      };
      this.#watchers.add(watcher);
      watcher();
    });
    return withTimeout(limit, found, () => `${this.name} did not log the expected line\n${this.tail()}`).finally(() =>
      this.#watchers.delete(watcher),
    );
  }

  tail(count = 30) {
    return this.lines.slice(-count).map((line) => line.text).join('\n');
  }

  /** The test expects error lines that match. */
  allowErrors(pattern) {
    this.#allowed.push(pattern);
  }

  /** Unexpected ends and error lines. */
  problems() {
    const errors = this.lines.filter(
      (line) =>
        (line.level === 'error' || /Sanitizer|runtime error:|Assertion/.test(line.event === undefined ? line.text : '')) &&
        !this.#allowed.some((pattern) => pattern.test(line.text)),
    );
    return [...this.#unexpected, ...errors.map((line) => `${this.name} logged: ${line.text}`)];
  }

  /** SIGKILL. */
  async kill() {
    this.#isEndExpected = true;
    this.#child.kill('SIGKILL');
    return this.#exited;
  }

  /** SIGTERM; resolves to the exit status and signal. */
  async stop({ limit = 20_000 } = {}) {
    if (!this.isRunning) return undefined;
    this.#isEndExpected = true;
    this.#child.kill('SIGTERM');
    try {
      const end = await withTimeout(limit, this.#exited, () => `${this.name} did not stop within ${limit} ms\n${this.tail()}`);
      if (end.status !== 0) this.#unexpected.push(`${this.name} stopped with ${end.signal ?? `status ${end.status}`}`);
      return end;
    } catch (error) {
      this.#child.kill('SIGKILL');
      throw error;
    }
  }
}
