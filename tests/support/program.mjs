// The program under test: long-running commands with their logs, and short ones.
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

// Nothing of the caller's environment reaches the program but what every program needs.
function environment(env) {
  const base = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TOCSIN_') && !name.startsWith('PG')),
  );
  return { ...base, ...env };
}

function later(milliseconds, reason) {
  let timer;
  const promise = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(reason())), milliseconds);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}

/** Resolves as `promise` does; rejects after `milliseconds` with what `reason` says. */
export async function within(milliseconds, promise, reason) {
  const limit = later(milliseconds, reason);
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
    return await within(limit, ended, () => `${file} ${args.join(' ')} did not end within ${limit} ms\n${stderr}`);
  } finally {
    child.kill('SIGKILL');
    running.delete(child);
  }
}

/** A command that runs until it is stopped, and the JSON lines that it logs on standard error. */
export class Program {
  #args;
  #env;
  #child;
  #exited;
  #expectedEnd = false;
  #watchers = new Set();
  #allowed = [];
  #file;
  /** Every line logged, those of earlier runs included. Lines that are no JSON have only `text`. */
  lines = [];
  /** What went wrong without anybody waiting for it. */
  #complaints = [];

  constructor(name, args, env) {
    this.name = name;
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

  /** Starts and waits until each of `servers` says that it listens; resolves to their ports. */
  async start(servers) {
    const from = this.lines.length;
    this.#expectedEnd = false;
    const child = spawn(binary, this.#args, { env: environment(this.#env), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (text) => this.#line(text));
    }
    this.#exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => {
        running.delete(child);
        if (!this.#expectedEnd) this.#complaints.push(`${this.name} ended by itself: ${signal ?? `status ${status}`}`);
        for (const watcher of [...this.#watchers]) watcher();
        resolve({ status, signal });
      });
    });
    this.#exited.catch(() => {});
    const ports = {};
    for (const what of servers) {
      const line = await this.logged((each) => each.event === 'listening' && each.what === what, { from });
      ports[what] = line.port;
    }
    return ports;
  }

  #line(text) {
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

  /** The first line, from number `from` on, for which `matches` holds; waits for it. */
  logged(matches, { from = 0, limit = 20_000 } = {}) {
    let watcher;
    const found = new Promise((resolve, reject) => {
      watcher = () => {
        const line = this.lines.slice(from).find(matches);
        if (line) resolve(line);
        else if (!this.isRunning) reject(new Error(`${this.name} ended without logging what was awaited\n${this.tail()}`));
      };
      this.#watchers.add(watcher);
      watcher();
    });
    return within(limit, found, () => `${this.name} did not log what was awaited\n${this.tail()}`).finally(() =>
      this.#watchers.delete(watcher),
    );
  }

  tail(count = 30) {
    return this.lines.slice(-count).map((line) => line.text).join('\n');
  }

  /** Lines of level error that match are expected by the test. */
  allowErrors(pattern) {
    this.#allowed.push(pattern);
  }

  /** What the log and the exits say went wrong, unless the test expected it. */
  problems() {
    const errors = this.lines.filter(
      (line) =>
        (line.level === 'error' || /Sanitizer|runtime error:|Assertion/.test(line.event === undefined ? line.text : '')) &&
        !this.#allowed.some((pattern) => pattern.test(line.text)),
    );
    return [...this.#complaints, ...errors.map((line) => `${this.name} logged: ${line.text}`)];
  }

  /** As the power failing would. */
  async kill() {
    this.#expectedEnd = true;
    this.#child.kill('SIGKILL');
    return this.#exited;
  }

  /** By SIGTERM; resolves to how it ended. */
  async stop({ limit = 20_000 } = {}) {
    if (!this.isRunning) return undefined;
    this.#expectedEnd = true;
    this.#child.kill('SIGTERM');
    try {
      const end = await within(limit, this.#exited, () => `${this.name} did not stop within ${limit} ms\n${this.tail()}`);
      if (end.status !== 0) this.#complaints.push(`${this.name} stopped with ${end.signal ?? `status ${end.status}`}`);
      return end;
    } catch (error) {
      this.#child.kill('SIGKILL');
      throw error;
    }
  }
}
