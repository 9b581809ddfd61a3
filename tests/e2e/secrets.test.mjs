// No secret is seen anywhere but where it belongs: a whole story with a secret of each kind, then a search through everything that
// the service writes, stores, answers and shows of its process.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Eavesdropper } from '../support/eavesdropper.mjs';
import { APP, OAUTH, startTocsin } from '../support/harness.mjs';
import { authorize, control, install, IssueBodies, startConnect } from '../support/story.mjs';

const dump = promisify(execFile);
let tocsin;
let wire;
/** kind -> values that must be found nowhere. */
const canaries = new Map();
const answers = [];
const keep = (kind, ...values) => canaries.set(kind, [...(canaries.get(kind) ?? []), ...values.filter(Boolean)]);

before(async () => {
  const folder = mkdtempSync(join(process.env.TOCSIN_TEST_TMP, 'secrets-'));
  const key = randomBytes(32);
  keep('vault key', key.toString('base64'), key.toString('hex'));
  keep('client secret of the app', APP.clientSecret);
  keep('client secret of the OAuth application', OAUTH.clientSecret);
  const file = (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  wire = await Eavesdropper.listen();
  const database = new URL(process.env.TOCSIN_TEST_DATABASE_URL);
  tocsin = await startTocsin({
    env: {
      // Tokens are seen nowhere but on the way to Sentry.
      TOCSIN_SENTRY_URL: wire.url,
      // Secrets come from files, so that nobody reads them off the process.
      TOCSIN_VAULT_KEYS: undefined,
      TOCSIN_VAULT_KEYS_FILE: file('vault', `test:${key.toString('base64')}`),
      TOCSIN_SENTRY_APP_CLIENT_SECRET: undefined,
      TOCSIN_SENTRY_APP_CLIENT_SECRET_FILE: file('app', APP.clientSecret),
      TOCSIN_SENTRY_OAUTH_CLIENT_SECRET: undefined,
      TOCSIN_SENTRY_OAUTH_CLIENT_SECRET_FILE: file('oauth', OAUTH.clientSecret),
    },
  });
  wire.target = Number(new URL(tocsin.sandboxUrl).port);
  // The database's address as well; it is known only now.
  if (database.password.length > 8) keep('database password', database.password);
  await tocsin.restart({ TOCSIN_DATABASE_URL: undefined, TOCSIN_DATABASE_URL_FILE: file('database', tocsin.database.url) });
});
after(async () => {
  await tocsin?.stop();
  await wire?.close();
});

test('a story with every secret', async () => {
  const person = tocsin.org.people.admin;
  keep('password', person.password);
  const admin = await tocsin.signedIn('admin');
  const record = (answer) => {
    answers.push(answer.text, JSON.stringify(answer.headers));
    return answer;
  };
  keep('session', admin.cookies.get('tocsin_session').value);
  keep('API token', tocsin.org.token);
  record(await tocsin.withToken().get(`${tocsin.org.path}/services`));

  // Public: code, tokens, renewal, faults.
  const started = await startConnect(admin, tocsin.org);
  keep('binding', admin.cookies.get('tocsin_connect').value);
  const back = await install(tocsin, started.authorize_url);
  keep('code', new URL(back).searchParams.get('code'));
  record(await admin.get(back));
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'truncated' });
  const path = `${tocsin.org.path}/integrations/${started.integration.id}`;
  record(await admin.post(`${path}/refresh`));
  record(await admin.post(`${path}/refresh`));

  // OAuth: state, verifier, code.
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  const oauth = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  keep('state', new URL(oauth.authorize_url).searchParams.get('state'));
  const callback = await authorize(tocsin, oauth.authorize_url);
  keep('code', new URL(callback).searchParams.get('code'));
  record(await admin.get(callback));
  record(await admin.get(`${tocsin.org.path}/integrations/${oauth.integration.id}`));
  const webhookSecret = `fake-webhook-secret-${randomBytes(12).toString('hex')}`;
  keep('webhook secret', webhookSecret);
  record(await admin.patch(`${tocsin.org.path}/integrations/${oauth.integration.id}`, { webhook_secret: webhookSecret }));

  // Internal: a pasted token, also one that is refused.
  const made = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  keep('pasted token', made.token, 'fake-token-that-is-refused');
  keep('webhook secret', made.client_secret);
  const internal = { mode: 'internal', token: made.token, client_secret: made.client_secret, sentry_org: 'northwind' };
  record(await admin.post(`${tocsin.org.path}/integrations`, { ...internal, token: 'fake-token-that-is-refused' }));
  record(await admin.post(`${tocsin.org.path}/integrations`, internal));

  // People: an invitation and a forgotten password, whose links are shown once, and what comes of them.
  const linked = (link) => new URL(link.trim()).hash.slice(1);
  const invited = await admin.post(`${tocsin.org.path}/invitations`, { email: 'new@acme.example', role: 'viewer' });
  keep('invitation', linked(invited.json.link));
  record(await admin.get(`${tocsin.org.path}/invitations`));
  const another = `fake-${randomBytes(9).toString('hex')}`;
  keep('password', another);
  record(await tocsin.client().post('/api/v1/invitations/accept', { token: linked(invited.json.link), password: another }));
  const reset = linked((await tocsin.cli(['user', 'reset-password', tocsin.org.people.viewer.email])).stdout);
  keep('password reset', reset);
  record(await tocsin.client().post('/api/v1/password-resets/accept', { token: reset, password: another }));
  record(await tocsin.client().post('/api/v1/session', { email: person.email, password: 'fake-password-that-is-wrong' }));
  keep('password', 'fake-password-that-is-wrong');
  // Renewals of every kind, one whose answer is lost.
  for (const kind of ['lost_answer', 'status']) {
    await control(tocsin, 'faults', { match: 'oauth_token', kind });
    record(await admin.post(`${tocsin.org.path}/integrations/${oauth.integration.id}/refresh`));
  }
  await control(tocsin, 'settings', { jwt_grant_enabled: false });
  record(await admin.post(`${path}/refresh`));
  await control(tocsin, 'settings', { jwt_grant_enabled: true });

  record(await tocsin.webhook({ resource: 'issue', body: new IssueBodies(started.integration.id).issue('created'), secret: 'fake-wrong-secret' }));
  for (const target of ['integrations', 'deliveries', 'incidents', 'services', 'members', 'tokens']) record(await admin.get(`${tocsin.org.path}/${target}`));
  record(await admin.get(`${path}/attempts`));
  record(await admin.post(`${path}/test`));
  record(await tocsin.client({ base: tocsin.adminUrl }).get('/metrics'));
  record(await tocsin.client({ base: tocsin.adminUrl }).get('/readyz?verbose'));
  answers.push((await tocsin.cli(['integration', 'list', '--org', tocsin.org.slug, '--json'])).stdout);
  // The tests' database runs without fsync, which the doctor calls ill.
  answers.push((await tocsin.cli(['doctor', '--json'], { status: 1 })).stdout);
  record(await admin.get(`${tocsin.org.path}/audit`));
  record(await admin.delete('/api/v1/session'));
  keep('access token', ...wire.all(/"(?:token|access_token)":\s*"([0-9a-f]{32,})"/g), ...wire.all(/Authorization: Bearer ([0-9a-f]{32,})/gi));
  keep('refresh token', ...wire.all(/"(?:refreshToken|refresh_token)":\s*"([0-9a-f]{32,})"/g), ...wire.all(/[&\n]refresh_token=([^&\s]+)/g));
  keep('verifier', ...wire.all(/code_verifier=([^&\s]+)/g));
  keep('assertion', ...wire.all(/Authorization: Bearer (ey[\w-]+\.[\w-]+\.[\w-]+)/gi));
  const kinds = [...canaries.keys()];
  assert.ok(kinds.length >= (kinds.includes('database password') ? 18 : 17), kinds.join());
  for (const [kind, values] of canaries) assert.ok(values.length > 0, kind);
});

test('none of them is anywhere', async () => {
  const { stdout: database } = await dump('pg_dump', ['--dbname', tocsin.database.superuserUrl, '--inserts'], { maxBuffer: 1 << 28 });
  assert.ok(database.includes('access_token_sealed') && database.length > 50_000, 'the dump is a dump');
  const places = {
    'the log': tocsin.service.lines.map((line) => line.text ?? JSON.stringify(line)).join('\n'),
    'the database': database,
    'the answers': answers.join('\n'),
    'the environment': readFileSync(`/proc/${tocsin.service.pid}/environ`, 'latin1'),
    'the command line': readFileSync(`/proc/${tocsin.service.pid}/cmdline`, 'latin1'),
  };
  assert.ok(places['the log'].length > 1_000);
  for (const [kind, values] of canaries)
    for (const value of values)
      for (const [place, text] of Object.entries(places)) {
        const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('base64'), Buffer.from(value).toString('hex')];
        for (const form of forms) {
          assert.ok(!text.includes(form), `${kind} stands in ${place}`);
        }
      }
});

test('the process leaves no core and cannot be traced by others', async () => {
  const limits = readFileSync(`/proc/${tocsin.service.pid}/limits`, 'utf8');
  assert.match(limits, /Max core file size\s+0\s+0/);
});
