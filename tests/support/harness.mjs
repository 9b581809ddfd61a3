// A whole Tocsin for a test file: its own database, the Sentry sandbox and the service, on free ports of 127.0.0.1, with an
// organization, people of every role and an API token.
//
//   const tocsin = await startTocsin();
//   after(() => tocsin.stop());
//
// `stop` fails where the service logged an error or ended without being asked to: see `allowErrors`.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Client } from './client.mjs';
import { Database } from './database.mjs';
import { reservePort } from './ports.mjs';
import { Program, run } from './program.mjs';
import { sendWebhook } from './webhook.mjs';

export const ROLES = ['owner', 'admin', 'responder', 'viewer'];

/** What the deployment and the sandbox know of the public integration. No secret of anybody's. */
export const APP = {
  slug: 'tocsin-test',
  clientId: 'fake-client-id-of-the-tests',
  clientSecret: 'fake-client-secret-of-the-tests',
};

/** And of the OAuth application. */
export const OAUTH = { clientId: 'fake-oauth-client-id-of-the-tests', clientSecret: 'fake-oauth-client-secret-of-the-tests' };

/** Waits until `probe` answers with something true, and answers with that. For what the service does by itself. */
export async function eventually(probe, { limit = 15_000, what = 'what was awaited' } = {}) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const answer = await probe();
      if (answer) return answer;
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
  #others = [];
  #env;

  /**
   * `env` adds to the service's environment, `sandboxArgs` to the sandbox's command line; `organization: null` makes none. `through`
   * is told the database's URL and answers the one that the service is to use.
   */
  static async start({ env = {}, sandboxArgs = [], organization = 'acme', through = (url) => url } = {}) {
    const tocsin = new Tocsin();
    try {
      await tocsin.#start(env, sandboxArgs, through);
      if (organization) tocsin.org = await tocsin.createOrganization(organization);
    } catch (error) {
      await tocsin.#end().catch(() => {});
      throw error;
    }
    return tocsin;
  }

  async #start(env, sandboxArgs, through) {
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
    /** The sandbox as an app and a person see it: its API, its consent page and its controls. */
    this.sentry = this.client({ base: this.sandboxUrl });
    this.#env = {
      ...shared,
      TOCSIN_DATABASE_URL: await through(this.database.url),
      TOCSIN_LISTEN: `127.0.0.1:${port}`,
      TOCSIN_ADMIN_LISTEN: '127.0.0.1:0',
      TOCSIN_VAULT_KEYS: `test:${randomBytes(32).toString('base64')}`,
      TOCSIN_SENTRY_URL: this.sandboxUrl,
      // Soon enough that a test waits for none of them.
      TOCSIN_REFRESH_POLL: '100ms',
      TOCSIN_REFRESH_BACKOFF_BASE: '200ms',
      TOCSIN_REFRESH_BACKOFF_MAX: '2s',
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

  /** A second process of the service on the same database, ended with the rest; `env` adds to the first one's environment. */
  async startAnother({ env = {} } = {}) {
    const more = new Program('serve', ['serve'], { ...this.#env, TOCSIN_LISTEN: '127.0.0.1:0', ...env });
    this.#others.push(more);
    await more.start(['gateway', 'admin']);
    return more;
  }

  /** What the service is started with. */
  get environment() {
    return { ...this.#env };
  }

  /** Runs a command of the program against this database; fails the test where its exit status is not `status`. */
  async cli(args, { input = '', env = {}, status = 0 } = {}) {
    const done = await run(args, { env: { ...this.#env, ...env }, input });
    assert.equal(done.status, status, `tocsin ${args.join(' ')}: status ${done.status ?? done.signal}\n${done.stderr}`);
    return done;
  }

  /** An organization with one person of each role and an API token. */
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

  /** A client of the service without any right; `token` gives it those of an API token. */
  client({ token, base = this.url } = {}) {
    const client = new Client(base, { token });
    this.#clients.push(client);
    return client;
  }

  /** A client that is signed in as the person of `role` in `org`. */
  async signedIn(role, org = this.org) {
    const client = this.client();
    const answer = await client.login(org.people[role]);
    assert.equal(answer.status, 200, `signing in as ${role}: ${answer.text}`);
    return client;
  }

  /** A client with the API token of `org`. */
  withToken(org = this.org) {
    return this.client({ token: org.token });
  }

  sql(text, values) {
    return this.database.sql(text, values);
  }

  value(text, values) {
    return this.database.value(text, values);
  }

  moveTime(seconds) {
    return this.database.moveTime(seconds);
  }

  /** Posts a webhook signed with the app's secret, unless `secret` says otherwise. */
  webhook(options) {
    this.webhookClient ??= this.client();
    return sendWebhook(this.webhookClient, { secret: APP.clientSecret, ...options });
  }

  /** Lines of level error that match are expected. */
  allowErrors(pattern) {
    this.service.allowErrors(pattern);
    this.sandbox.allowErrors(pattern);
  }

  /** As the power failing would; `restart` brings the service back at the same address. */
  kill() {
    return this.service.kill();
  }

  /** `env` is set from now on. */
  async restart(env = {}) {
    await this.service.stop();
    Object.assign(this.#env, env);
    await this.#startService();
  }

  async #end() {
    for (const client of this.#clients) client.close();
    const ends = await Promise.allSettled([...this.#others, this.service, this.sandbox].map((one) => one?.stop()));
    await this.database?.drop();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async stop() {
    await this.#end();
    const problems = [this.service, ...this.#others, this.sandbox].flatMap((one) => one.problems());
    assert.deepEqual(problems, [], 'the logs show what no test expected');
  }
}

export const startTocsin = (options) => Tocsin.start(options);
