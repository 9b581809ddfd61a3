// What each way in which Sentry misbehaves at the moment of connecting leads to, in each mode: a connection that works, or none and a reason;
// never half of one. What had its effect at Sentry is repaired where a signed webhook has named the code.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { authorize, control, install, startConnect } from '../support/story.mjs';

let tocsin;
let admin;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_TIMEOUT: '400ms', TOCSIN_REFRESH_LEASE: '3s' } });
  await control(tocsin, 'settings', { installation_created: 'before_redirect' });
  await control(tocsin, 'oauth', { user_organizations: ['northwind'] });
  admin = await tocsin.signedIn('admin');
});
after(() => tocsin?.stop());

const bomb = `{"token":1${'0'.repeat(30)}e1000000000000}`;
const page = { body: '<html>hello</html>', headers: { 'Content-Type': 'text/html' } };
/** The fault, whether Sentry has carried out what was asked, and whether it is a refusal. */
const rows = [
  ['no answer at all', { kind: 'hang' }],
  ['headers, then silence', { kind: 'hang_after_headers' }, 'done'],
  ['a byte a second', { kind: 'trickle' }, 'done'],
  ['500', { kind: 'status', status: 500 }],
  ['502', { kind: 'status', status: 502 }],
  ['503', { kind: 'status', status: 503 }],
  ['504', { kind: 'status', status: 504 }],
  ['400', { kind: 'status', status: 400 }, 'refused'],
  ['401', { kind: 'status', status: 401 }, 'refused'],
  ['403', { kind: 'status', status: 403 }, 'refused'],
  ['a proxy\'s page', { kind: 'html' }],
  ['200 with a page', { kind: 'status', status: 200, ...page }],
  ['201 without a word', { kind: 'status', status: 201, body: '{}' }],
  ['JSON that ends early', { kind: 'truncated' }, 'done'],
  ['a number that kills parsers', { kind: 'status', status: 200, body: bomb }],
  ['a huge body', { kind: 'huge', size: 100 * 1024 * 1024 }],
  ['a body without end', { kind: 'endless' }],
  ['compressed', { kind: 'gzip' }, 'done'],
  ['a redirect', { kind: 'redirect' }],
  ['a redirect to itself', { kind: 'redirect_loop' }],
  ['a reset', { kind: 'reset' }],
  ['a wrong length', { kind: 'wrong_length' }, 'done'],
  ['204', { kind: 'raw', body: 'HTTP/1.1 204 No Content\r\n\r\n' }],
  ['not HTTP', { kind: 'garbage' }],
  ['closed before', { kind: 'drop' }],
  ['done, and the answer lost', { kind: 'lost_answer' }, 'done'],
  // Last, since Sentry is left alone for a second after it.
  ['429', { kind: 'status', status: 429, headers: { 'Retry-After': '1' } }],
];

const errorOf = (answer) => new URL(answer.headers.location, tocsin.url).searchParams.get('connect_error');
const startAnew = async () => {
  await control(tocsin, 'faults', undefined, 'DELETE');
  for (const { uuid, internal } of (await control(tocsin, 'state', undefined, 'GET')).installations) if (!internal) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
  await tocsin.sql('update tocsin.connect_flows set used_at = coalesce(used_at, now())');
};
const credentials = () => tocsin.value('select count(*) from tocsin.credentials');

for (const [name, fault, effect] of rows) {
  test(`public: ${name}`, async () => {
    await startAnew();
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org);
    const back = await install(tocsin, url);
    await control(tocsin, 'faults', { match: 'authorizations', ...fault });
    const answer = await admin.get(back);
    const path = `${tocsin.org.path}/integrations/${integration.id}`;
    if (effect === 'done') {
      assert.ok(answer.headers.location.endsWith('?connected=1'), answer.headers.location);
      assert.equal((await admin.get(`${path}/projects`)).status, 200);
      await admin.post(`${path}/disconnect`);
      return;
    }
    assert.ok((effect === 'refused' ? ['sentry_refused', 'not_configured'] : ['unavailable']).includes(errorOf(answer)), answer.headers.location);
    assert.equal((await admin.get(path)).json.status, 'pending');
    assert.equal(await credentials(), 0);
  });

  test(`oauth: ${name}`, async () => {
    await startAnew();
    const { integration, authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
    const back = await authorize(tocsin, url);
    await control(tocsin, 'faults', { match: 'oauth_token', ...fault });
    const answer = await admin.get(back);
    assert.ok((effect === 'refused' ? ['sentry_refused', 'not_configured'] : ['unavailable']).includes(errorOf(answer)), answer.headers.location);
    assert.equal((await admin.get(`${tocsin.org.path}/integrations/${integration.id}`)).json.status, 'pending');
    assert.equal(await credentials(), 0);
  });

  test(`internal: ${name}`, async () => {
    await startAnew();
    const made = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
    await control(tocsin, 'faults', { match: 'organization', ...fault });
    const answer = await admin.post(`${tocsin.org.path}/integrations`, { mode: 'internal', token: made.token, client_secret: made.client_secret, sentry_org: 'northwind' });
    assert.equal(answer.status, effect === 'refused' ? 422 : 503, answer.text);
    assert.ok(answer.json.detail.length > 20);
    assert.equal(await credentials(), 0);
  });
}

test('and after all that each mode connects', async () => {
  await startAnew();
  await tocsin.restart();
  admin = await tocsin.signedIn('admin');
  const shared = await startConnect(admin, tocsin.org);
  assert.ok((await admin.get(await install(tocsin, shared.authorize_url))).headers.location.endsWith('?connected=1'));
  const oauth = await startConnect(admin, tocsin.org, { mode: 'oauth' });
  assert.ok((await admin.get(await authorize(tocsin, oauth.authorize_url))).headers.location.endsWith('?connected=1'));
  const made = await control(tocsin, 'internal-integrations', { organization: 'northwind' });
  assert.equal((await startConnect(admin, tocsin.org, { mode: 'internal', token: made.token, client_secret: made.client_secret, sentry_org: 'northwind' })).integration.status, 'connected');
});
