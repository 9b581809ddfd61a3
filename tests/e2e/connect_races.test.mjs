// What meets at one moment: two organizations that claim one Sentry organization, Disconnect against a renewal and a Reconnect, many
// callers whose token has died. One owner, no token that outlives a Disconnect, one renewal for all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, connectOauth, control } from '../support/story.mjs';

const rounds = Number(process.env.TOCSIN_TEST_RACES ?? 60);
let tocsin;
let globex;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_RATE: '2000', TOCSIN_SENTRY_TIMEOUT: '2s', TOCSIN_REFRESH_LEASE: '6s' } });
  globex = await tocsin.createOrganization('globex');
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
});
after(() => tocsin?.stop());

const sum = (counts) => Object.values(counts ?? {}).reduce((all, count) => all + count, 0);
const calls = async (grant) => sum((await control(tocsin, 'state', undefined, 'GET')).token_calls[grant]);
const uninstallAll = async () => {
  for (const { uuid } of (await control(tocsin, 'state', undefined, 'GET')).installations) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
};

test(`${rounds} simultaneous claims of two organizations: exactly one owner each time`, async () => {
  const made = [await control(tocsin, 'internal-integrations', { organization: 'northwind' }), await control(tocsin, 'internal-integrations', { organization: 'northwind' })];
  const sides = [[tocsin.org, tocsin.withToken()], [globex, tocsin.withToken(globex)]];
  const won = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const answers = await Promise.all(
      sides.map(([org, client], at) => client.post(`${org.path}/integrations`, { mode: 'internal', token: made[at].token, client_secret: made[at].client_secret, sentry_org: 'northwind' })),
    );
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 409], answers.map((answer) => answer.text).join());
    const winner = answers.findIndex((answer) => answer.status === 201);
    won[winner] += 1;
    const [org, client] = sides[winner];
    const [loser] = sides[1 - winner];
    assert.equal(answers[1 - winner].json.code, 'already_claimed');
    assert.doesNotMatch(answers[1 - winner].text, new RegExp(org.slug, 'i'));
    assert.equal(await tocsin.value('select count(*) from tocsin.credentials where organization_id = $1', [loser.id]), 0);
    const disconnected = await client.post(`${org.path}/integrations/${answers[winner].json.integration.id}/disconnect`);
    assert.equal(disconnected.status, 200);
  }
});

for (const mode of ['public', 'oauth'])
  test(`${mode}: ${rounds} Disconnects against a renewal and a Reconnect: no token comes back from the dead`, async () => {
    const admin = await tocsin.signedIn('admin');
    const robots = [tocsin.withToken(), tocsin.withToken()];
    const grants = mode === 'public' ? 'authorizations' : 'oauth_token';
    let integration = mode === 'public' ? await connect(tocsin, admin, tocsin.org) : await connectOauth(tocsin, admin, tocsin.org);
    for (let round = 0; round < rounds; round += 1) {
      const path = `${tocsin.org.path}/integrations/${integration.id}`;
      // Sentry takes its time, so that Disconnect comes before, in and after the renewal.
      await control(tocsin, 'faults', { match: grants, kind: 'delay', delay_ms: 1 + (round % 5) * 8, times: 0 });
      const [renewed, disconnected] = await Promise.all([
        robots[0].post(`${path}/${round % 2 ? 'reconnect' : 'refresh'}`),
        new Promise((resolve) => setTimeout(resolve, (round % 7) * 5)).then(() => robots[1].post(`${path}/disconnect`)),
      ]);
      assert.ok([200, 409].includes(renewed.status), renewed.text);
      assert.equal(disconnected.status, 200, disconnected.text);
      await control(tocsin, 'faults', undefined, 'DELETE');
      const now = (await admin.get(path)).json;
      const rows = await tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]);
      if (now.status === 'disconnected') {
        assert.deepEqual([now.status_reason, rows], ['disconnected_by_admin', 0], `round ${round}`);
      } else {
        // The Reconnect came after the Disconnect, and repaired what was there.
        assert.deepEqual([now.status, rows, round % 2], ['connected', 1, 1], `round ${round}: ${JSON.stringify(now)}`);
        assert.equal((await admin.get(`${path}/projects`)).status, 200, 'and with a token that works');
        await admin.post(`${path}/disconnect`);
      }
      assert.equal(await tocsin.value('select count(*) from tocsin.refresh_attempts where integration_id = $1 and finished_at is null', [integration.id]), 0);
      if (mode === 'public') {
        const back = await admin.post(`${path}/reconnect`);
        assert.equal(back.json.integration.status, 'connected', back.text);
      } else {
        integration = await connectOauth(tocsin, admin, tocsin.org);
      }
    }
    await admin.post(`${tocsin.org.path}/integrations/${integration.id}/disconnect`);
    if (mode === 'oauth') {
      await eventually(async () => (await control(tocsin, 'state', undefined, 'GET')).oauth.tokens.every((one) => !one.alive), { what: 'every token to be revoked at Sentry' });
    }
    await uninstallAll();
  });

test('sixty callers in two processes whose token has died share one renewal', async () => {
  const admin = await tocsin.signedIn('admin');
  const integration = await connect(tocsin, admin, tocsin.org);
  const another = await tocsin.startAnother();
  const { port } = another.lines.find((line) => line.event === 'listening' && line.what === 'gateway');
  const clients = [tocsin.withToken(), tocsin.client({ base: `http://127.0.0.1:${port}`, token: tocsin.org.token })];
  const path = `${tocsin.org.path}/integrations/${integration.id}/projects`;
  // At once, and one after another while the renewal is on its way and over: who comes late takes what is stored by then.
  for (const [delay, apart] of [[150, 0], [150, 5], [20, 2], [20, 1], [1, 1], [1, 0]]) {
    await control(tocsin, `installations/${integration.installation_id}/token`, undefined, 'DELETE');
    await control(tocsin, 'faults', { match: 'authorizations', kind: 'delay', delay_ms: delay });
    const before = await calls('jwt_bearer');
    const answers = await Promise.all(Array.from({ length: 60 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * apart));
      return clients[i % 2].get(path);
    }));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200], answers.find((answer) => answer.status !== 200)?.text);
    assert.equal(await calls('jwt_bearer'), before + 1, `Sentry took ${delay} ms, callers ${apart} ms apart`);
  }
});
