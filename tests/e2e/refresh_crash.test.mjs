// The program dies at each step of a renewal, or the database goes while Sentry answers: afterwards every integration is usable, or loudly disconnected; never silently dead.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { authorize, connect, connectOauth, control, install, startConnect } from '../support/story.mjs';

let tocsin;
let admin;
let ahead = 0;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_TIMEOUT: '3s', TOCSIN_REFRESH_LEASE: '9s' } });
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signedIn('admin');
});
after(() => tocsin?.stop());

const path = (integration) => `${tocsin.org.path}/integrations/${integration.id}`;
const attempts = async (integration) => (await admin.get(`${path(integration)}/attempts`)).json.items;
const calls = async () => {
  const { token_calls: all } = await control(tocsin, 'state', undefined, 'GET');
  return ['jwt_bearer', 'oauth_refresh_token'].flatMap((grant) => Object.values(all[grant] ?? {})).reduce((sum, count) => sum + count, 0);
};
/** A renewal that the test does not wait for: it is to be cut off. */
const begin = (integration) => tocsin.withToken().post(`${path(integration)}/refresh`).catch(() => {});
const running = (integration) =>
  eventually(() => tocsin.value('select count(*) from tocsin.refresh_attempts where integration_id = $1 and finished_at is null', [integration.id]));

const steps = {
  'before Sentry carries it out': async (integration, area) => {
    await control(tocsin, 'faults', { match: area, kind: 'hang' });
    begin(integration);
    await running(integration);
    await tocsin.kill();
  },
  'after Sentry carried it out, before its answer': async (integration, area) => {
    await control(tocsin, 'faults', { match: area, kind: 'hang_after_headers' });
    const before = await calls();
    begin(integration);
    await eventually(async () => (await calls()) > before);
    await tocsin.kill();
  },
  'with the new tokens in hand, before they are stored': async (integration) => {
    // Nobody can write the row: the program has its answer and waits.
    const before = await calls();
    await tocsin.sql('create function pg_temp_wait() returns trigger language plpgsql as $$ begin perform pg_sleep(30); return new; end $$');
    await tocsin.sql('create trigger wait before update of refreshed_at on tocsin.credentials for each row when (new.refreshed_at is distinct from old.refreshed_at) execute function pg_temp_wait()');
    begin(integration);
    await eventually(async () => (await calls()) > before);
    await tocsin.kill();
    await tocsin.sql('drop trigger wait on tocsin.credentials');
    await tocsin.sql('drop function pg_temp_wait()');
  },
  'after they are stored': async (integration) => {
    const before = await tocsin.value('select refreshed_at from tocsin.credentials where integration_id = $1', [integration.id]);
    begin(integration);
    await eventually(async () => (await tocsin.value('select refreshed_at from tocsin.credentials where integration_id = $1', [integration.id])) > before);
    await tocsin.kill();
  },
};

for (const mode of ['public', 'oauth'])
  for (const [name, die] of Object.entries(steps))
    test(`${mode}: killed ${name}`, async () => {
      const integration = mode === 'public' ? await connect(tocsin, admin, tocsin.org) : await connectOauth(tocsin, admin, tocsin.org);
      await die(integration, mode === 'public' ? 'authorizations' : 'oauth_token');
      await control(tocsin, 'faults', undefined, 'DELETE');
      // The lease runs out and the token is due.
      ahead += mode === 'public' ? 6 * 3600 : 21 * 24 * 3600;
      await tocsin.moveTime(ahead);
      await tocsin.restart();
      admin = await tocsin.signedIn('admin');
      const settled = await eventually(async () => {
        const [last] = await attempts(integration);
        const now = (await admin.get(path(integration))).json;
        return last.trigger === 'schedule' && last.finished_at && (now.status === 'connected' || now.status === 'disconnected') && now;
      });
      if (settled.status === 'connected') {
        assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200, 'usable');
      } else {
        // Only where the answer that was lost replaced the refresh token, and there is no other way to a new one.
        assert.equal(mode, 'oauth');
        assert.match(name, /after Sentry carried|in hand/);
        assert.equal(settled.status_reason, 'refused');
        assert.match(settled.remedy, /Reconnect/);
      }
      assert.ok(name === 'after they are stored' || (await attempts(integration)).some((one) => one.outcome === 'lost'));
      await admin.post(`${path(integration)}/disconnect`);
      const { installations } = await control(tocsin, 'state', undefined, 'GET');
      for (const { uuid } of installations) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
    });

/** The database is away for the program, not for the test, until `what` has happened and the program has noticed. */
async function withoutDatabase(what) {
  const name = tocsin.database.name;
  const from = tocsin.service.lines.length;
  await tocsin.sql(`alter database ${name} connection limit 0`);
  try {
    await tocsin.sql('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename <> current_user');
    await what();
    await tocsin.service.logged((line) => line.event === 'fresh tokens not stored yet', { from });
  } finally {
    await tocsin.sql(`alter database ${name} connection limit -1`);
  }
}
const exchanges = async () => {
  const { token_calls: all } = await control(tocsin, 'state', undefined, 'GET');
  return ['authorization_code', 'oauth_authorization_code', 'jwt_bearer', 'oauth_refresh_token'].flatMap((grant) => Object.values(all[grant] ?? {})).reduce((sum, count) => sum + count, 0);
};

for (const mode of ['public', 'oauth'])
  test(`${mode}: the database goes while Sentry answers: what Sentry gave once is stored when it is back`, async () => {
    tocsin.allowErrors(/job failed|database|listen/i);
    const area = mode === 'public' ? 'authorizations' : 'oauth_token';
    const slowly = async (act) => {
      await control(tocsin, 'faults', { match: area, kind: 'delay', delay_ms: 300 });
      const begun = async () => (await control(tocsin, 'state', undefined, 'GET')).api_calls[area] ?? 0;
      const [before, was] = [await exchanges(), await begun()];
      const answer = act();
      await eventually(async () => (await begun()) > was, { what: 'the call' });
      await withoutDatabase(() => eventually(async () => (await exchanges()) > before, { what: 'the exchange' }));
      return answer;
    };
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, { mode });
    const back = mode === 'public' ? await install(tocsin, url) : await authorize(tocsin, url);
    const arrived = await slowly(() => admin.get(back));
    assert.ok(arrived.headers.location.endsWith('?connected=1'), arrived.headers.location);
    assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);

    const renewed = await slowly(() => tocsin.withToken().post(`${path(integration)}/refresh`));
    assert.equal(renewed.json.status, 'connected', renewed.text);
    assert.equal((await admin.get(`${path(integration)}/projects`)).status, 200);
    assert.equal((await attempts(integration))[0].outcome, 'refreshed');
    await admin.post(`${path(integration)}/disconnect`);
  });
