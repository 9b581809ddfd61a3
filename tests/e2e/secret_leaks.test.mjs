// A workflow that uses a secret of every kind, then a search for all of them in the log, the database, the responses, and the process's
// environment and command line.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { RecordingProxy } from '../support/recording_proxy.mjs';
import { APP, OAUTH, startTocsin } from '../support/harness.mjs';
import { authorize, control, install, startConnect } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const execute = promisify(execFile);
let tocsin;
let proxy;
/** Kind -> values that must not be found. */
const secrets = new Map();
const responses = [];
const addSecret = (kind, ...values) => secrets.set(kind, [...(secrets.get(kind) ?? []), ...values.filter(Boolean)]);

before(async () => {
  const folder = mkdtempSync(join(process.env.TOCSIN_TEST_TMP, 'secrets-'));
  const key = randomBytes(32);
  addSecret('vault key', key.toString('base64'), key.toString('hex'));
  addSecret('client secret of the app', APP.clientSecret);
  addSecret('client secret of the OAuth application', OAUTH.clientSecret);
  const writeSecret = (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  proxy = await RecordingProxy.listen();
  const database = new URL(process.env.TOCSIN_TEST_PROGRAM_URL);
  tocsin = await startTocsin({
    env: {
      // The recorded traffic with Sentry shows the tokens.
      TOCSIN_SENTRY_URL: proxy.url,
      // Secrets come from files, so that they are not in the environment.
      TOCSIN_VAULT_KEYS: undefined,
      TOCSIN_VAULT_KEYS_FILE: writeSecret('vault', `test:${key.toString('base64')}`),
      TOCSIN_SENTRY_APP_CLIENT_SECRET: undefined,
      TOCSIN_SENTRY_APP_CLIENT_SECRET_FILE: writeSecret('app', APP.clientSecret),
      TOCSIN_SENTRY_OAUTH_CLIENT_SECRET: undefined,
      TOCSIN_SENTRY_OAUTH_CLIENT_SECRET_FILE: writeSecret('oauth', OAUTH.clientSecret),
    },
  });
  proxy.target = Number(new URL(tocsin.sandboxUrl).port);
  // The database's URL, too, which is known only now.
  if (database.password.length > 8) addSecret('database password', database.password);
  await tocsin.restart({ TOCSIN_DATABASE_URL: undefined, TOCSIN_DATABASE_URL_FILE: writeSecret('database', tocsin.database.programUrl) });
});
after(async () => {
  await tocsin?.stop();
  await proxy?.close();
});

test('a workflow uses a secret of every kind', async () => {
  const person = tocsin.org.people.admin;
  addSecret('password', person.password);
  const admin = await tocsin.signInAs('admin');
  const record = (response) => {
    responses.push(response.text, JSON.stringify(response.headers));
    return response;
  };
  addSecret('session', admin.cookies.get('tocsin_session').value);
  addSecret('API token', tocsin.org.token);
  record(await tocsin.tokenClient().get(`${tocsin.org.path}/services`));

  // Public: code, tokens, refreshes, faults.
  const started = await startConnect(admin, tocsin.org);
  addSecret('binding', admin.cookies.get('tocsin_connect').value);
  const back = await install(tocsin, started.authorize_url);
  addSecret('code', new URL(back).searchParams.get('code'));
  record(await admin.get(back));
  await control(tocsin, 'faults', { match: 'authorizations', kind: 'truncated' });
  const path = `${tocsin.org.path}/integrations/${started.integration.id}`;
  record(await admin.post(`${path}/refresh`));
  record(await admin.post(`${path}/refresh`));

  // OAuth: state, verifier, code.
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  const oauth = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  addSecret('state', new URL(oauth.authorize_url).searchParams.get('state'));
  const callback = await authorize(tocsin, oauth.authorize_url);
  addSecret('code', new URL(callback).searchParams.get('code'));
  record(await admin.get(callback));
  record(await admin.get(`${tocsin.org.path}/integrations/${oauth.integration.id}`));
  const webhookSecret = `fake-webhook-secret-${randomBytes(12).toString('hex')}`;
  addSecret('webhook secret', webhookSecret);
  record(await admin.patch(`${tocsin.org.path}/integrations/${oauth.integration.id}`, { webhook_secret: webhookSecret }));

  // Internal: a pasted token, and a refused one.
  const created = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  addSecret('pasted token', created.token, 'fake-token-that-is-refused');
  addSecret('webhook secret', created.client_secret);
  const internal = { mode: 'internal', token: created.token, client_secret: created.client_secret, sentry_org: 'northwind' };
  record(await admin.post(`${tocsin.org.path}/integrations`, { ...internal, token: 'fake-token-that-is-refused' }));
  record(await admin.post(`${tocsin.org.path}/integrations`, internal));

  // People: an invitation and a password reset, whose links are shown once.
  const tokenOf = (link) => new URL(link.trim()).hash.slice(1);
  const invitation = await admin.post(`${tocsin.org.path}/invitations`, { email: 'new@acme.example', role: 'viewer' });
  addSecret('invitation', tokenOf(invitation.json.link));
  record(await admin.get(`${tocsin.org.path}/invitations`));
  const newPassword = `fake-${randomBytes(9).toString('hex')}`;
  addSecret('password', newPassword);
  record(await tocsin.client().post('/api/v1/invitations/accept', { token: tokenOf(invitation.json.link), password: newPassword }));
  const reset = tokenOf((await tocsin.cli(['user', 'reset-password', tocsin.org.people.viewer.email])).stdout);
  addSecret('password reset', reset);
  record(await tocsin.client().post('/api/v1/password-resets/accept', { token: reset, password: newPassword }));
  record(await tocsin.client().post('/api/v1/session', { email: person.email, password: 'fake-password-that-is-wrong' }));
  addSecret('password', 'fake-password-that-is-wrong');
  // Refreshes of every kind, one with a lost response.
  for (const kind of ['lost_answer', 'status']) {
    await control(tocsin, 'faults', { match: 'oauth_token', kind });
    record(await admin.post(`${tocsin.org.path}/integrations/${oauth.integration.id}/refresh`));
  }
  await control(tocsin, 'settings', { jwt_grant_enabled: false });
  record(await admin.post(`${path}/refresh`));
  await control(tocsin, 'settings', { jwt_grant_enabled: true });

  record(await tocsin.sendWebhook({ resource: 'issue', body: new IssueBodies(started.integration.id).issue('created'), secret: 'fake-wrong-secret' }));
  for (const target of ['integrations', 'deliveries', 'incidents', 'services', 'members', 'tokens']) record(await admin.get(`${tocsin.org.path}/${target}`));
  record(await admin.get(`${path}/attempts`));
  record(await admin.post(`${path}/test`));
  record(await tocsin.client({ base: tocsin.adminUrl }).get('/metrics'));
  record(await tocsin.client({ base: tocsin.adminUrl }).get('/readyz?verbose'));
  responses.push((await tocsin.cli(['integration', 'list', '--org', tocsin.org.slug, '--json'])).stdout);
  responses.push((await tocsin.cli(['doctor', '--json'])).stdout);
  record(await admin.get(`${tocsin.org.path}/audit`));
  record(await admin.delete('/api/v1/session'));
  addSecret('access token', ...proxy.matches(/"(?:token|access_token)":\s*"([0-9a-f]{32,})"/g), ...proxy.matches(/Authorization: Bearer ([0-9a-f]{32,})/gi));
  addSecret('refresh token', ...proxy.matches(/"(?:refreshToken|refresh_token)":\s*"([0-9a-f]{32,})"/g), ...proxy.matches(/[&\n]refresh_token=([^&\s]+)/g));
  addSecret('verifier', ...proxy.matches(/code_verifier=([^&\s]+)/g));
  addSecret('assertion', ...proxy.matches(/Authorization: Bearer (ey[\w-]+\.[\w-]+\.[\w-]+)/gi));
  const kinds = [...secrets.keys()];
  assert.ok(kinds.length >= (kinds.includes('database password') ? 18 : 17), kinds.join());
  for (const [kind, values] of secrets) assert.ok(values.length > 0, kind);
});

test('no secret is found anywhere', async () => {
  const { stdout: database } = await execute('pg_dump', ['--dbname', tocsin.database.superuserUrl, '--inserts'], { maxBuffer: 1 << 28 });
  assert.ok(database.includes('access_token_sealed') && database.length > 50_000, 'the dump is complete');
  const places = {
    'the log': tocsin.service.lines.map((line) => line.text ?? JSON.stringify(line)).join('\n'),
    'the database': database,
    'the responses': responses.join('\n'),
    'the environment': readFileSync(`/proc/${tocsin.service.pid}/environ`, 'latin1'),
    'the command line': readFileSync(`/proc/${tocsin.service.pid}/cmdline`, 'latin1'),
  };
  assert.ok(places['the log'].length > 1_000);
  for (const [kind, values] of secrets)
    for (const value of values)
      for (const [place, text] of Object.entries(places)) {
        const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('base64'), Buffer.from(value).toString('hex')];
        for (const form of forms) {
          assert.ok(!text.includes(form), `${kind} is in ${place}`);
        }
      }
});

test('the process writes no core dump', async () => {
  const limits = readFileSync(`/proc/${tocsin.service.pid}/limits`, 'utf8');
  assert.match(limits, /Max core file size\s+0\s+0/);
});
