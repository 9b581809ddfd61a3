// The program is killed at each step of a refresh, or loses the database while Sentry responds. Afterwards every integration works or is
// disconnected with a remedy; none is connected with an unusable token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { authorize, clearFaults, connect, connectOauth, control, countTokenRequests, install, isConnected, sandboxState, startConnect, uninstallAll } from '../support/steps.mjs';

let tocsin;
let admin;
let ahead = 0;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_TIMEOUT: '3s', TOCSIN_REFRESH_LEASE: '9s' } });
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signInAs('admin');
});
after(() => tocsin?.stop());

const path = (integration) => `${tocsin.org.path}/integrations/${integration.id}`;
const readAttempts = async (integration) => (await admin.get(`${path(integration)}/attempts`)).json.items;
const countRefreshes = () => countTokenRequests(tocsin, ['jwt_bearer', 'oauth_refresh_token']);
/** Starts a refresh without waiting for it. */
const startRefresh = (integration) => tocsin.tokenClient().post(`${path(integration)}/refresh`).catch(() => {});
const untilStarted = (integration) =>
  eventually(() => tocsin.value('select count(*) from tocsin.refresh_attempts where integration_id = $1 and finished_at is null', [integration.id]));

const steps = {
  'before Sentry processes it': async (integration, area) => {
    await control(tocsin, 'faults', { match: area, kind: 'hang' });
    startRefresh(integration);
    await untilStarted(integration);
    await tocsin.kill();
  },
  'after Sentry processed it, before the response': async (integration, area) => {
    await control(tocsin, 'faults', { match: area, kind: 'hang_after_headers' });
    const before = await countRefreshes();
    startRefresh(integration);
    await eventually(async () => (await countRefreshes()) > before);
    await tocsin.kill();
  },
  'after the response, before the tokens are stored': async (integration) => {
    // A trigger blocks the update: the program has the response and waits.
    const before = await countRefreshes();
    await tocsin.sql('create function block_update() returns trigger language plpgsql as $$ begin perform pg_sleep(30); return new; end $$');
    await tocsin.sql('create trigger wait before update of refreshed_at on tocsin.credentials for each row when (new.refreshed_at is distinct from old.refreshed_at) execute function block_update()');
    startRefresh(integration);
    await eventually(async () => (await countRefreshes()) > before);
    await tocsin.kill();
    await tocsin.sql('drop trigger wait on tocsin.credentials');
    await tocsin.sql('drop function block_update()');
  },
  'after the tokens are stored': async (integration) => {
    const before = await tocsin.value('select refreshed_at from tocsin.credentials where integration_id = $1', [integration.id]);
    startRefresh(integration);
    await eventually(async () => (await tocsin.value('select refreshed_at from tocsin.credentials where integration_id = $1', [integration.id])) > before);
    await tocsin.kill();
  },
};

for (const mode of ['public', 'oauth'])
  for (const [name, killDuring] of Object.entries(steps))
    test(`${mode}: killed ${name}`, async () => {
      const integration = mode === 'public' ? await connect(tocsin, admin, tocsin.org) : await connectOauth(tocsin, admin, tocsin.org);
      await killDuring(integration, mode === 'public' ? 'authorizations' : 'oauth_token');
      await clearFaults(tocsin);
      // The lease expires and the token is due.
      ahead += mode === 'public' ? 6 * 3600 : 21 * 24 * 3600;
      await tocsin.setTimeOffset(ahead);
      await tocsin.restart();
      admin = await tocsin.signInAs('admin');
      const settled = await eventually(async () => {
        const [last] = await readAttempts(integration);
        const now = (await admin.get(path(integration))).json;
        return last.trigger === 'schedule' && last.finished_at && (now.status === 'connected' || now.status === 'disconnected') && now;
      });
      if (settled.status === 'connected') {
        assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200, 'the token works');
      } else {
        // Only if the lost response replaced the refresh token, which OAuth needs for a new one.
        assert.equal(mode, 'oauth');
        assert.match(name, /after Sentry processed|after the response/);
        assert.equal(settled.status_reason, 'refused');
        assert.match(settled.remedy, /Reconnect/);
      }
      assert.ok(name === 'after the tokens are stored' || (await readAttempts(integration)).some((attempt) => attempt.outcome === 'lost'));
      await admin.post(`${path(integration)}/disconnect`);
      await uninstallAll(tocsin);
    });

/** Takes the database away from the program (not from the test) until `action` is done and the program has noticed. */
async function withoutDatabase(action) {
  const name = tocsin.database.name;
  const from = tocsin.service.lines.length;
  await tocsin.sql(`alter database ${name} connection limit 0`);
  try {
    await tocsin.sql('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename <> current_user');
    await action();
    await tocsin.service.waitForLog((line) => line.event === 'fresh tokens not stored yet', { from });
  } finally {
    await tocsin.sql(`alter database ${name} connection limit -1`);
  }
}
const countExchanges = () => countTokenRequests(tocsin, ['authorization_code', 'oauth_authorization_code', 'jwt_bearer', 'oauth_refresh_token']);

for (const mode of ['public', 'oauth'])
  test(`${mode}: if the database fails while Sentry responds, the tokens are stored when it is back`, async () => {
    tocsin.allowErrors(/job failed|database|listen/i);
    const area = mode === 'public' ? 'authorizations' : 'oauth_token';
    const withOutage = async (action) => {
      await control(tocsin, 'faults', { match: area, kind: 'delay', delay_ms: 300 });
      const countCalls = async () => (await sandboxState(tocsin)).api_calls[area] ?? 0;
      const [exchangesBefore, callsBefore] = [await countExchanges(), await countCalls()];
      const response = action();
      await eventually(async () => (await countCalls()) > callsBefore, { what: 'the call' });
      await withoutDatabase(() => eventually(async () => (await countExchanges()) > exchangesBefore, { what: 'the exchange' }));
      return response;
    };
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, { mode, sentry_org: 'northwind' });
    const back = mode === 'public' ? await install(tocsin, url) : await authorize(tocsin, url);
    const connected = await withOutage(() => admin.get(back));
    assert.ok(isConnected(connected), connected.headers.location);
    assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);

    const refreshed = await withOutage(() => tocsin.tokenClient().post(`${path(integration)}/refresh`));
    assert.equal(refreshed.json.status, 'connected', refreshed.text);
    assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);
    assert.equal((await readAttempts(integration))[0].outcome, 'refreshed');
    await admin.post(`${path(integration)}/disconnect`);
  });
