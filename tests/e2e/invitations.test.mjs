// Invitations: a link works once, for one address, role, and organization, as long as its creator may invite.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

const PASSWORD = 'fake-but-long-enough-0123';
let tocsin;
let admin;
let path;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  path = `${tocsin.org.path}/invitations`;
});
after(() => tocsin?.stop());

const tokenOf = (link) => new URL(link).hash.slice(1);
async function invite(email, role = 'responder', client = admin, at = path) {
  const response = await client.post(at, { email, role });
  assert.equal(response.status, 201, response.text);
  return { ...response.json, token: tokenOf(response.json.link) };
}
const lookUp = (token) => tocsin.client().post('/api/v1/invitations/look-up', { token });
const accept = (json, client = tocsin.client()) => client.post('/api/v1/invitations/accept', json);

test('a new person looks at the invitation, chooses a password, and is a member', async () => {
  const invitation = await invite('new@acme.example');
  assert.ok(invitation.link.startsWith(`${tocsin.url}/invitation#`));
  assert.equal(new Date(invitation.expires_at) - new Date(invitation.created_at), 72 * 3600 * 1000);
  const { items } = (await admin.get(path)).json;
  assert.deepEqual(items.map((item) => [item.id, item.email, item.role, item.invited_by]), [[invitation.id, 'new@acme.example', 'responder', tocsin.org.people.admin.email]]);
  assert.ok(!JSON.stringify(items).includes(invitation.token));
  assert.equal(await tocsin.value("select count(*) from tocsin.invitations where token_hash = sha256($1::text::bytea)", [invitation.token]), 1, 'only its hash is stored');

  const shown = await lookUp(invitation.token);
  assert.equal(shown.status, 200, shown.text);
  assert.deepEqual(shown.json, { organization: { slug: 'acme', name: 'Acme' }, email: 'new@acme.example', role: 'responder', has_account: false, expires_at: invitation.expires_at });

  for (const [json, path_] of [[{ token: invitation.token }, 'password'], [{ token: invitation.token, password: 'short' }, 'password'], [{ token: invitation.token, password: PASSWORD, role: 'owner' }, 'role'], [{ token: invitation.token, password: PASSWORD, email: 'x@y.z' }, 'email'], [{ token: [invitation.token], password: PASSWORD }, 'token']]) {
    const response = await accept(json);
    assert.equal(response.status, 400, response.text);
    assert.equal(response.json.errors[0].path, path_);
  }
  const client = tocsin.client();
  const done = await accept({ token: invitation.token, name: 'New Person', password: PASSWORD }, client);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual(done.json, { user: { email: 'new@acme.example', name: 'New Person' }, orgs: [{ slug: 'acme', name: 'Acme', role: 'responder' }] });
  assert.equal((await client.get('/api/v1/session')).status, 200, 'a session has started');
  assert.equal((await tocsin.client().login({ email: 'NEW@acme.example', password: PASSWORD })).status, 200);
  assert.equal((await admin.get(path)).json.items.length, 0);
});

test('used, unknown, withdrawn, expired, replaced, and malformed links get the same response', async () => {
  const used = await invite('used@acme.example');
  assert.equal((await accept({ token: used.token, password: PASSWORD })).status, 200);
  const withdrawn = await invite('withdrawn@acme.example');
  assert.equal((await admin.delete(`${path}/${withdrawn.id}`)).status, 204);
  assert.equal((await admin.delete(`${path}/${withdrawn.id}`)).status, 404);
  const replaced = await invite('again@acme.example');
  await invite('AGAIN@acme.example', 'viewer');
  const expired = await invite('old@acme.example');
  await tocsin.sql("update tocsin.invitations set expires_at = tocsin.now() where email = 'old@acme.example'");
  const responses = [];
  for (const token of [used.token, withdrawn.token, replaced.token, expired.token, 'A'.repeat(43), 'x', `${used.token}x`]) {
    responses.push(await lookUp(token), await accept({ token, password: PASSWORD }));
    await tocsin.resetThrottling();
  }
  for (const response of responses) {
    assert.equal(response.status, 404);
    assert.deepEqual(response.json, responses[0].json);
  }
});

test('of 20 simultaneous acceptances one succeeds', async () => {
  const invitation = await invite('race@acme.example');
  const responses = await Promise.all(Array.from({ length: 20 }, (_, i) => accept({ token: invitation.token, password: `${PASSWORD}-${i}` })));
  const statuses = responses.map((response) => response.status);
  assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join(' '));
  assert.ok(statuses.every((item) => [200, 401, 404, 409, 429].includes(item)), statuses.join(' '));
  assert.equal(await tocsin.value("select count(*) from tocsin.users where email = 'race@acme.example'"), 1);
  assert.equal(await tocsin.value("select count(*) from tocsin.members m join tocsin.users u using (user_id) where u.email = 'race@acme.example'"), 1);
  await tocsin.resetThrottling();
});

test('a person with an account must sign in or enter the password', async () => {
  const globex = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signInAs('owner', globex);
  const guest = tocsin.org.people.viewer;
  const invitation = await invite(guest.email, 'admin', theirs, `${globex.path}/invitations`);
  assert.equal((await lookUp(invitation.token)).json.has_account, true);
  assert.equal((await accept({ token: invitation.token })).status, 401, 'not signed in');
  assert.equal((await accept({ token: invitation.token, password: PASSWORD })).status, 401, 'a new password does not replace the existing one');
  assert.equal((await accept({ token: invitation.token }, admin)).status, 403, 'signed in as another person');
  const self = await tocsin.signInAs('viewer');
  const cookiesBefore = self.cookies.all().map((item) => item.value).join();
  const done = await accept({ token: invitation.token }, self);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual(done.json.orgs.map((item) => [item.slug, item.role]), [['acme', 'viewer'], ['globex', 'admin']]);
  assert.equal(self.cookies.all().map((item) => item.value).join(), cookiesBefore, 'the session stays');

  const other = tocsin.org.people.responder;
  const second = await invite(other.email, 'viewer', theirs, `${globex.path}/invitations`);
  const fresh = tocsin.client();
  assert.equal((await accept({ token: second.token, password: other.password }, fresh)).status, 200);
  assert.equal((await fresh.get(`${globex.path}/services`)).status, 200);
  await tocsin.resetThrottling();
});

test('an invitation becomes invalid when its creator may no longer invite', async () => {
  const second = await invite('helper@acme.example', 'admin');
  const helper = tocsin.client();
  assert.equal((await accept({ token: second.token, password: PASSWORD }, helper)).status, 200);
  const invitation = await invite('friend@acme.example', 'admin', helper);
  const { items } = (await admin.get(`${tocsin.org.path}/members`)).json;
  await admin.patch(`${tocsin.org.path}/members/${items.find((item) => item.email === 'helper@acme.example').id}`, { role: 'viewer' });
  assert.equal((await accept({ token: invitation.token, password: PASSWORD })).status, 404);
  const token = await tocsin.createToken('acme', 'admin', 'inviter');
  const byToken = await invite('robots-friend@acme.example', 'viewer', tocsin.client({ token }));
  assert.equal((await lookUp(byToken.token)).status, 200);
  await tocsin.sql("update tocsin.api_tokens set revoked_at = tocsin.now() where name = 'inviter'");
  assert.equal((await lookUp(byToken.token)).status, 404);
  await tocsin.resetThrottling();
});

test('only admins invite, with valid fields, and only people who are not members', async () => {
  for (const role of ['responder', 'viewer']) {
    const client = await tocsin.signInAs(role);
    assert.equal((await client.post(path, { email: 'x@acme.example', role: 'viewer' })).status, 403);
    assert.equal((await client.get(path)).status, 403);
  }
  for (const invalid of [{ email: 'x', role: 'viewer' }, { email: 'x@acme.example', role: 'owner' }, { email: ['x@acme.example', 'y@acme.example'], role: 'viewer' }, { email: 'x@acme.example\r\nBcc: y@z', role: 'viewer' }, { email: 'x@acme.example', role: 'viewer', user_id: 1 }]) {
    assert.equal((await admin.post(path, invalid)).status, 400, JSON.stringify(invalid));
  }
  assert.equal((await admin.post(path, { email: tocsin.org.people.owner.email, role: 'viewer' })).status, 409);
});

test('the number of invitations per organization is limited', async () => {
  const statuses = [];
  for (let i = 0; i < 105; i += 1) statuses.push((await admin.post(path, { email: `many-${i}@acme.example`, role: 'viewer' })).status);
  assert.ok(statuses.slice(0, 90).every((item) => item === 201), statuses.join(' '));
  assert.equal(statuses.at(-1), 429);
  await tocsin.resetThrottling();
});

test('guessing links is throttled', async () => {
  const statuses = [];
  for (let i = 0; i < 25; i += 1) statuses.push((await lookUp(String(i).padStart(43, 'A'))).status);
  assert.equal(statuses[0], 404);
  assert.equal(statuses.at(-1), 429);
  await tocsin.resetThrottling();
});

test('the command line creates an organization with a new owner and prints the link', async () => {
  const { stdout } = await tocsin.cli(['org', 'create', 'initech', '--name', 'Initech', '--owner', 'founder@initech.example']);
  const link = stdout.split('\n').find((line) => line.startsWith(tocsin.url));
  const client = tocsin.client();
  const done = await accept({ token: tokenOf(link), password: PASSWORD }, client);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual(done.json.orgs, [{ slug: 'initech', name: 'Initech', role: 'owner' }]);
  const log = (await client.get('/api/v1/orgs/initech/audit')).json.items.map((item) => [item.action, item.actor.kind]);
  assert.deepEqual(log.reverse(), [['organization.created', 'operator'], ['invitation.created', 'operator'], ['member.added', 'user'], ['invitation.accepted', 'user'], ['session.started', 'user']]);
});
