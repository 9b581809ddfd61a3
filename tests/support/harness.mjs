// A complete deployment for one test file: a database, the Sentry sandbox, and the service on free ports of 127.0.0.1, with an
// organization, a person of each role, and an API token.
//
//   const tocsin = await startTocsin();
//   after(() => tocsin.stop());
//
// `stop` fails if the service ended unexpectedly or logged an error that `allowErrors` does not cover.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Client } from './client.mjs';
import { Database } from './database.mjs';
import { reservePort } from './ports.mjs';
import { Program, run } from './program.mjs';
import { control } from './steps.mjs';
import { sendWebhook } from './webhook.mjs';

export const ROLES = ['owner', 'admin', 'responder', 'viewer'];

/** The public integration, as the deployment and the sandbox are configured. */
export const APP = {
  slug: 'tocsin-test',
  clientId: 'fake-client-id-of-the-tests',
  clientSecret: 'fake-client-secret-of-the-tests',
};

/** The OAuth application. */
export const OAUTH = { clientId: 'fake-oauth-client-id-of-the-tests', clientSecret: 'fake-oauth-client-secret-of-the-tests' };

/** Polls until `probe` returns a truthy value, and returns it. `what` names the expected event in the error. */
export async function eventually(probe, { limit = 15_000, what = 'the expected event' } = {}) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const result = await probe();
      if (result) return result;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what} did not happen within ${limit} ms`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export class Tocsin {
  #clients = [];
  #adminClient;
  #webhookClient;
  #moreProcesses = [];
  #timeOffset = 0;
  #env;

  /**
   * `env` adds to the service's environment, `sandboxArgs` to the sandbox's command line; `organization: null` creates none.
   * `proxyDatabase` maps the database's URL to the URL that the service uses.
   */
  static async start({ env = {}, sandboxArgs = [], organization = 'acme', proxyDatabase = (url) => url } = {}) {
    const tocsin = new Tocsin();
    try {
      await tocsin.#start(env, sandboxArgs, proxyDatabase);
      if (organization) tocsin.org = await tocsin.createOrganization(organization);
    } catch (error) {
      await tocsin.#end().catch(() => {});
      throw error;
    }
    return tocsin;
  }

  async #start(env, sandboxArgs, proxyDatabase) {
    this.database = await Database.create();
    const port = await reservePort();
    this.url = `http://127.0.0.1:${port}`;
    const shared = {
      TOCSIN_PUBLIC_URL: this.url,
      TOCSIN_SENTRY_APP_SLUG: APP.slug,
      TOCSIN_SENTRY_APP_CLIENT_ID: APP.clientId,
      TOCSIN_SENTRY_APP_CLIENT_SECRET: APP.clientSecret,
      TOCSIN_SENTRY_OAUTH_CLIENT_ID: OAUTH.clientId,
      TOCSIN_SENTRY_OAUTH_CLIENT_SECRET: OAUTH.clientSecret,
    };
    this.sandbox = new Program('sandbox', ['sandbox', '--listen', '127.0.0.1:0', ...sandboxArgs], shared);
    const { sandbox } = await this.sandbox.start(['sandbox']);
    this.sandboxUrl = `http://127.0.0.1:${sandbox}`;
    /** A client of the sandbox: its API, its pages, and its control API. */
    this.sentry = this.client({ base: this.sandboxUrl });
    this.#env = {
      ...shared,
      TOCSIN_DATABASE_URL: await proxyDatabase(this.database.programUrl),
      // The cluster of the tests is quick instead of durable.
      TOCSIN_ALLOW_UNSAFE: 'database_durability',
      TOCSIN_LISTEN: `127.0.0.1:${port}`,
      TOCSIN_ADMIN_LISTEN: '127.0.0.1:0',
      TOCSIN_VAULT_KEYS: `test:${randomBytes(32).toString('base64')}`,
      TOCSIN_SENTRY_URL: this.sandboxUrl,
      // Short, so that tests do not wait.
      TOCSIN_REFRESH_POLL: '100ms',
      TOCSIN_REFRESH_BACKOFF_BASE: '200ms',
      TOCSIN_REFRESH_BACKOFF_MAX: '2s',
      TOCSIN_DRAIN_DELAY: '0s',
      TOCSIN_LOG_LEVEL: 'debug',
      ...env,
    };
    this.service = new Program('serve', ['serve'], this.#env);
    await this.#startService();
  }

  async #startService() {
    const ports = await this.service.start(['gateway', 'admin']);
    this.adminUrl = `http://127.0.0.1:${ports.admin}`;
  }

  /** A second process of the service on the same database; `env` adds to the first process's environment, `limits` are those of `Program`. */
  async startSecondProcess({ env = {}, ...limits } = {}) {
    const second = new Program('serve', ['serve'], { ...this.#env, TOCSIN_LISTEN: '127.0.0.1:0', ...env }, limits);
    this.#moreProcesses.push(second);
    await second.start(['gateway', 'admin']);
    return second;
  }

  /** The environment of the service. */
  get environment() {
    return { ...this.#env };
  }

  /** Runs a command of the program against this database, and asserts its exit status. */
  async cli(args, { input = '', env = {}, status = 0 } = {}) {
    const done = await run(args, { env: { ...this.#env, ...env }, input });
    assert.equal(done.status, status, `tocsin ${args.join(' ')}: status ${done.status ?? done.signal}\n${done.stderr}`);
    return done;
  }

  /** The doctor's findings by name. */
  async runDoctor({ env = {}, status = 0 } = {}) {
    const { stdout } = await this.cli(['doctor', '--json'], { env, status });
    return Object.fromEntries(JSON.parse(stdout).map((finding) => [finding.name, finding]));
  }

  /** Creates an organization with one person of each role and an API token. */
  async createOrganization(slug, { name = slug[0].toUpperCase() + slug.slice(1), tokenRole = 'admin' } = {}) {
    await this.cli(['org', 'create', slug, '--name', name]);
    const org = { slug, name, people: {}, path: `/api/v1/orgs/${slug}` };
    for (const role of ROLES) {
      const person = { email: `${role}@${slug}.example`, password: `fake-${randomBytes(9).toString('hex')}`, role };
      await this.cli(['user', 'create', person.email, '--org', slug, '--role', role, '--password-stdin'], {
        input: `${person.password}\n`,
      });
      org.people[role] = person;
    }
    org.token = await this.createToken(slug, tokenRole);
    org.id = await this.database.value('select organization_id from tocsin.organizations where slug = $1', [slug]);
    return org;
  }

  async createToken(slug, role, name = `test ${role}`) {
    const { stdout } = await this.cli(['token', 'create', '--org', slug, '--role', role, '--name', name]);
    return stdout.trim();
  }

  /** A client of the service; anonymous unless it has an API token. */
  client({ token, base = this.url } = {}) {
    const client = new Client(base, { token });
    this.#clients.push(client);
    return client;
  }

  /** A client with a session of the person of `role` in `org`. */
  async signInAs(role, org = this.org) {
    const client = this.client();
    const response = await client.login(org.people[role]);
    assert.equal(response.status, 200, `signing in as ${role}: ${response.text}`);
    return client;
  }

  /** A client with the API token of `org`. */
  tokenClient(org = this.org) {
    return this.client({ token: org.token });
  }

  sql(text, values) {
    return this.database.sql(text, values);
  }

  value(text, values) {
    return this.database.value(text, values);
  }

  /** Sets the schema's clock to `seconds` ahead of the real time. */
  setTimeOffset(seconds) {
    this.#timeOffset = seconds;
    return this.database.setTimeOffset(seconds);
  }

  /** Moves the clocks of the schema and of the sandbox forward. */
  async advanceTime(seconds) {
    await control(this, 'clock', { advance: seconds });
    await this.setTimeOffset(this.#timeOffset + seconds);
  }

  /** The service's metrics in text format. */
  async metrics() {
    this.#adminClient ??= this.client();
    return (await this.#adminClient.get(`${this.adminUrl}/metrics`)).text;
  }

  /** The value of one sample, named with its labels as in the text format; 0 if it does not exist yet. */
  async metric(sample) {
    const line = (await this.metrics()).split('\n').find((text) => text.startsWith(`${sample} `));
    return line === undefined ? 0 : Number(line.slice(sample.length + 1));
  }

  /** Forgets all failed attempts to sign in or to use a link. */
  resetThrottling() {
    return this.sql('delete from tocsin.attempts');
  }

  /** Posts a webhook, by default signed with the app's secret. */
  sendWebhook(options) {
    this.#webhookClient ??= this.client();
    return sendWebhook(this.#webhookClient, { secret: APP.clientSecret, ...options });
  }

  /** The test expects error lines that match. */
  allowErrors(pattern) {
    this.service.allowErrors(pattern);
    this.sandbox.allowErrors(pattern);
  }

  /** SIGKILL. `restart` brings the service back at the same address. */
  kill() {
    return this.service.kill();
  }

  /** Restarts the service with `env` added to its environment. */
  async restart(env = {}) {
    await this.service.stop();
    Object.assign(this.#env, env);
    await this.#startService();
  }

  async #end() {
    for (const client of this.#clients) client.close();
    const ends = await Promise.allSettled([...this.#moreProcesses, this.service, this.sandbox].map((program) => program?.stop()));
    await this.database?.drop();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async stop() {
    await this.#end();
    const problems = [this.service, ...this.#moreProcesses, this.sandbox].flatMap((program) => program.problems());
    assert.deepEqual(problems, [], 'unexpected errors');
  }
}

export const startTocsin = (options) => Tocsin.start(options);
