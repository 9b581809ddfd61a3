// Races: two organizations that claim one Sentry organization, Disconnect against a refresh or a Reconnect, and many requests with an
// expired token. There is one owner, no token survives a Disconnect, and one refresh serves all requests.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, connectOauth, control, countLiveOauthTokens, countTokenRequests, uninstallAll } from '../support/steps.mjs';

const rounds = Number(process.env.TOCSIN_TEST_RACES ?? 60);
let tocsin;
let globex;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_RATE: '2000', TOCSIN_SENTRY_TIMEOUT: '2s', TOCSIN_REFRESH_LEASE: '6s' } });
  globex = await tocsin.createOrganization('globex');
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
});
after(() => tocsin?.stop());

test(`${rounds} simultaneous claims by two organizations have exactly one owner each`, async () => {
  const created = [await control(tocsin, 'internal-integrations', { organization: 'northwind' }), await control(tocsin, 'internal-integrations', { organization: 'northwind' })];
  const sides = [[tocsin.org, tocsin.tokenClient()], [globex, tocsin.tokenClient(globex)]];
  for (let round = 0; round < rounds; round += 1) {
    const responses = await Promise.all(
      sides.map(([org, client], at) => client.post(`${org.path}/integrations`, { mode: 'internal', token: created[at].token, client_secret: created[at].client_secret, sentry_org: 'northwind' })),
    );
    assert.deepEqual(responses.map((response) => response.status).sort(), [201, 409], responses.map((response) => response.text).join());
    const winner = responses.findIndex((response) => response.status === 201);
    const [org, client] = sides[winner];
    const [loser] = sides[1 - winner];
    assert.equal(responses[1 - winner].json.code, 'already_claimed');
    assert.doesNotMatch(responses[1 - winner].text, new RegExp(org.slug, 'i'));
    assert.equal(await tocsin.value('select count(*) from tocsin.credentials where organization_id = $1', [loser.id]), 0);
    const disconnected = await client.post(`${org.path}/integrations/${responses[winner].json.integration.id}/disconnect`);
    assert.equal(disconnected.status, 200);
  }
});

for (const mode of ['public', 'oauth'])
  test(`${mode}: after each of ${rounds} Disconnects that race with a refresh or a Reconnect, no old token is left`, async () => {
    const admin = await tocsin.signInAs('admin');
    const robots = [tocsin.tokenClient(), tocsin.tokenClient()];
    const area = mode === 'public' ? 'authorizations' : 'oauth_token';
    let integration = mode === 'public' ? await connect(tocsin, admin, tocsin.org) : await connectOauth(tocsin, admin, tocsin.org);
    for (let round = 0; round < rounds; round += 1) {
      const path = `${tocsin.org.path}/integrations/${integration.id}`;
      // Different delays, so that the Disconnect comes before, during, and after the refresh.
      await control(tocsin, 'faults', { match: area, kind: 'delay', delay_ms: 1 + (round % 5) * 8, times: 0 });
      const [refreshed, disconnected] = await Promise.all([
        robots[0].post(`${path}/${round % 2 ? 'reconnect' : 'refresh'}`),
        new Promise((resolve) => setTimeout(resolve, (round % 7) * 5)).then(() => robots[1].post(`${path}/disconnect`)),
      ]);
      assert.ok([200, 409].includes(refreshed.status), refreshed.text);
      assert.equal(disconnected.status, 200, disconnected.text);
      await clearFaults(tocsin);
      const now = (await admin.get(path)).json;
      const rows = await tocsin.value('select count(*) from tocsin.credentials where integration_id = $1', [integration.id]);
      if (now.status === 'disconnected') {
        assert.deepEqual([now.status_reason, rows], ['disconnected_by_admin', 0], `round ${round}`);
      } else {
        // The Reconnect came after the Disconnect and repaired the installation.
        assert.deepEqual([now.status, rows, round % 2], ['connected', 1, 1], `round ${round}: ${JSON.stringify(now)}`);
        assert.equal((await admin.get(`${path}/projects`)).status, 200, 'the new token works');
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
      await eventually(async () => (await countLiveOauthTokens(tocsin)) === 0, { what: 'the revocation of every token' });
    }
    await uninstallAll(tocsin);
  });

test('sixty requests with an expired token in two processes share one refresh', async () => {
  const admin = await tocsin.signInAs('admin');
  const integration = await connect(tocsin, admin, tocsin.org);
  const second = await tocsin.startSecondProcess();
  const clients = [tocsin.tokenClient(), tocsin.client({ base: second.url, token: tocsin.org.token })];
  const path = `${tocsin.org.path}/integrations/${integration.id}/projects`;
  // All at once, and spread over the time of the refresh and after it. Late requests use the stored token.
  for (const [delay, interval] of [[150, 0], [150, 5], [20, 2], [20, 1], [1, 1], [1, 0]]) {
    // A token that came from a rejected call is replaced again only after ten minutes.
    await tocsin.advanceTime(11 * 60);
    await control(tocsin, `installations/${integration.installation_id}/token`, undefined, 'DELETE');
    await control(tocsin, 'faults', { match: 'authorizations', kind: 'delay', delay_ms: delay });
    const before = await countTokenRequests(tocsin, ['jwt_bearer']);
    const responses = await Promise.all(Array.from({ length: 60 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * interval));
      return clients[i % 2].get(path);
    }));
    assert.deepEqual([...new Set(responses.map((response) => response.status))], [200], responses.find((response) => response.status !== 200)?.text);
    assert.equal(await countTokenRequests(tocsin, ['jwt_bearer']), before + 1, `Sentry took ${delay} ms, requests every ${interval} ms`);
  }
});
