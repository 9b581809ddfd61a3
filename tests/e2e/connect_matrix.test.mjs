// A callback consumes only flows of its own mode: every mode of an open flow against every mode of a callback that somebody else planted
// in the same browser, and two open flows of different modes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { authorize, connectError, connectInternal, control, countTokenRequests, install, isConnected, resetOauth, startConnect, uninstallAll } from '../support/steps.mjs';

let tocsin;
let admin;
let globex;
before(async () => {
  tocsin = await startTocsin();
  globex = await tocsin.createOrganization('globex');
  // One person is an admin of both organizations.
  await tocsin.sql(
    `insert into tocsin.members (organization_id, user_id, role)
     select $1, user_id, 'admin' from tocsin.users where email = $2`,
    [globex.id, tocsin.org.people.admin.email],
  );
  admin = await tocsin.signInAs('admin');
  await resetOauth(tocsin);
});
after(() => tocsin?.stop());

const callbackPath = (fields) => `/oauth/sentry/callback?${new URLSearchParams(fields)}`;
// A revocation after Disconnect may be late, so only exchanges are counted.
const countExchanges = () => countTokenRequests(tocsin, ['authorization_code', 'oauth_authorization_code']);
const read = async (org, { id }) => (await admin.get(`${org.path}/integrations/${id}`)).json;
const countOpenFlows = () => tocsin.value('select count(*) from tocsin.connect_flows where used_at is null and expires_at > tocsin.now()');
const reset = async () => {
  await tocsin.sql('update tocsin.connect_flows set used_at = coalesce(used_at, now())');
  for (const org of [tocsin.org, globex])
    for (const { id, status } of (await admin.get(`${org.path}/integrations`)).json.items)
      if (status !== 'disconnected') await admin.post(`${org.path}/integrations/${id}/disconnect`);
  await uninstallAll(tocsin);
  await control(tocsin, 'oauth', { forget_approvals: true });
};

const modes = {
  public: { start: (org) => startConnect(admin, org, { mode: 'public', sentry_org: 'northwind' }), consent: (url) => install(tocsin, url) },
  oauth: { start: (org) => startConnect(admin, org, { mode: 'oauth' }), consent: (url) => authorize(tocsin, url) },
};

/** Callbacks of another Sentry organization that the admin did not ask for. */
const planted = {
  'a public installation': async () => {
    const { uuid, code } = await control(tocsin, 'installations', { organization: 'empire-state' });
    return callbackPath({ installationId: uuid, code, orgSlug: 'empire-state' });
  },
  'a public installation without a code': async () => {
    const { uuid } = await control(tocsin, 'installations', { organization: 'empire-state' });
    return callbackPath({ installationId: uuid });
  },
  'an OAuth code without a state': async () => callbackPath({ code: 'fake-code' }),
  'an OAuth code with an empty state': async () => callbackPath({ code: 'fake-code', state: '' }),
  'an OAuth code with an unknown state': async () => callbackPath({ code: 'fake-code', state: 'A'.repeat(43) }),
  'an error without a state': async () => callbackPath({ error: 'access_denied' }),
  'an error with an unknown state': async () => callbackPath({ error: 'access_denied', state: 'A'.repeat(43) }),
  'a public installation with an unknown state': async () => {
    const { uuid, code } = await control(tocsin, 'installations', { organization: 'empire-state' });
    return callbackPath({ installationId: uuid, code, orgSlug: 'empire-state', state: 'A'.repeat(43) });
  },
};
/** What a public flow cannot tell from its own redirect, since it has no state; Sentry's organization is confirmed instead. */
const isOwnMode = { public: new Set(['a public installation']), oauth: new Set() };

for (const [mode, { start, consent }] of Object.entries(modes)) {
  for (const [name, plant] of Object.entries(planted)) {
    if (isOwnMode[mode].has(name)) continue;
    test(`${name} leaves an open flow of mode ${mode} alone`, async () => {
      await reset();
      const { integration, authorize_url: url } = await start(tocsin.org);
      const foreign = await plant();
      const before = await countExchanges();
      const response = await admin.get(foreign);
      assert.ok(connectError(response), response.headers.location);
      assert.equal(await countExchanges(), before, 'no exchange');
      assert.equal((await read(tocsin.org, integration)).status_reason, 'awaiting_install');
      assert.equal(await countOpenFlows(), 1, 'the flow is open');
      assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}/projects`)).status, 409, 'nothing is readable');
      // The real callback still works, with the organization that the admin chose.
      assert.ok(isConnected(await admin.get(await consent(url))));
      const done = await read(tocsin.org, integration);
      assert.deepEqual([done.mode, done.status, done.sentry_org.slug], [mode, 'connected', 'northwind']);
    });
  }
}

for (const [first, second] of [['public', 'oauth'], ['oauth', 'public']]) {
  for (const returning of ['first', 'second']) {
    test(`of two open flows, ${first} and then ${second}, a callback consumes the ${returning} one, which is of its mode`, async () => {
      await reset();
      const flows = [
        { mode: first, org: tocsin.org, ...(await modes[first].start(tocsin.org)) },
        { mode: second, org: globex, ...(await modes[second].start(globex)) },
      ];
      const [own, other] = returning === 'first' ? flows : flows.toReversed();
      assert.ok(isConnected(await admin.get(await modes[own.mode].consent(own.authorize_url))));
      const connected = await read(own.org, own.integration);
      assert.deepEqual([connected.mode, connected.status], [own.mode, 'connected']);
      assert.equal((await read(other.org, other.integration)).status_reason, 'awaiting_install');
      assert.equal(await countOpenFlows(), 1, 'the other flow is open');
    });
  }
}

test('a flow of one organization does not end a concurrent one of another mode in the same organization', async () => {
  await reset();
  const open = await modes.public.start(tocsin.org);
  const { authorize_url: url } = await modes.oauth.start(tocsin.org);
  // As two starts at the same time leave it: neither has closed the other.
  await tocsin.sql('update tocsin.connect_flows set used_at = null where integration_id = $1', [open.integration.id]);
  assert.ok(isConnected(await admin.get(await authorize(tocsin, url))));
  assert.equal(await countOpenFlows(), 1);
});

test('an internal integration has no flow, and no callback changes it', async () => {
  await reset();
  const { integration } = await connectInternal(tocsin, admin, tocsin.org);
  for (const [name, plant] of Object.entries(planted)) {
    await uninstallAll(tocsin, { keepInternal: true });
    const before = await countExchanges();
    assert.ok(connectError(await admin.get(await plant())), name);
    assert.equal(await countExchanges(), before, name);
  }
  const now = await read(tocsin.org, integration);
  assert.deepEqual([now.mode, now.status, now.sentry_org.slug], ['internal', 'connected', 'northwind']);
});
