// Invitations: a link that works once, for one address, role and organization, while whoever made it still may invite.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';

const PASSWORD = 'fake-but-long-enough-0123';
let tocsin;
let admin;
let path;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  path = `${tocsin.org.path}/invitations`;
});
after(() => tocsin?.stop());

const tokenOf = (link) => new URL(link).hash.slice(1);
async function invite(email, role = 'responder', client = admin, at = path) {
  const answer = await client.post(at, { email, role });
  assert.equal(answer.status, 201, answer.text);
  return { ...answer.json, token: tokenOf(answer.json.link) };
}
const lookUp = (token) => tocsin.client().post('/api/v1/invitations/look-up', { token });
const accept = (json, client = tocsin.client()) => client.post('/api/v1/invitations/accept', json);
const calm = () => tocsin.sql('delete from tocsin.attempts');

test('somebody new: look, choose a password, be in', async () => {
  const made = await invite('new@acme.example');
  assert.ok(made.link.startsWith(`${tocsin.url}/invitation#`));
  assert.equal(new Date(made.expires_at) - new Date(made.created_at), 72 * 3600 * 1000);
  const { items } = (await admin.get(path)).json;
  assert.deepEqual(items.map((one) => [one.id, one.email, one.role, one.invited_by]), [[made.id, 'new@acme.example', 'responder', tocsin.org.people.admin.email]]);
  assert.ok(!JSON.stringify(items).includes(made.token));
  assert.equal(await tocsin.value("select count(*) from tocsin.invitations where token_hash = sha256($1::text::bytea)", [made.token]), 1, 'only its hash is kept');

  const seen = await lookUp(made.token);
  assert.equal(seen.status, 200, seen.text);
  assert.deepEqual(seen.json, { organization: { slug: 'acme', name: 'Acme' }, email: 'new@acme.example', role: 'responder', has_account: false, expires_at: made.expires_at });

  for (const [json, path_] of [[{ token: made.token }, 'password'], [{ token: made.token, password: 'short' }, 'password'], [{ token: made.token, password: PASSWORD, role: 'owner' }, 'role'], [{ token: made.token, password: PASSWORD, email: 'x@y.z' }, 'email'], [{ token: [made.token], password: PASSWORD }, 'token']]) {
    const answer = await accept(json);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.errors[0].path, path_);
  }
  const client = tocsin.client();
  const done = await accept({ token: made.token, name: 'New Person', password: PASSWORD }, client);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual(done.json, { user: { email: 'new@acme.example', name: 'New Person' }, orgs: [{ slug: 'acme', name: 'Acme', role: 'responder' }] });
  assert.equal((await client.get('/api/v1/session')).status, 200, 'a session has begun');
  assert.equal((await tocsin.client().login({ email: 'NEW@acme.example', password: PASSWORD })).status, 200);
  assert.equal((await admin.get(path)).json.items.length, 0);
});

test('what does not work is answered alike: used, unknown, withdrawn, run out, replaced, odd', async () => {
  const used = await invite('used@acme.example');
  assert.equal((await accept({ token: used.token, password: PASSWORD })).status, 200);
  const withdrawn = await invite('withdrawn@acme.example');
  assert.equal((await admin.delete(`${path}/${withdrawn.id}`)).status, 204);
  assert.equal((await admin.delete(`${path}/${withdrawn.id}`)).status, 404);
  const replaced = await invite('again@acme.example');
  await invite('AGAIN@acme.example', 'viewer');
  const old = await invite('old@acme.example');
  await tocsin.sql("update tocsin.invitations set expires_at = tocsin.now() where email = 'old@acme.example'");
  const answers = [];
  for (const token of [used.token, withdrawn.token, replaced.token, old.token, 'A'.repeat(43), 'x', `${used.token}x`]) {
    answers.push(await lookUp(token), await accept({ token, password: PASSWORD }));
    await calm();
  }
  for (const answer of answers) {
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json, answers[0].json);
  }
});

test('of 20 at once one is accepted', async () => {
  const made = await invite('race@acme.example');
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => accept({ token: made.token, password: `${PASSWORD}-${i}` })));
  const statuses = answers.map((one) => one.status);
  assert.equal(statuses.filter((one) => one === 200).length, 1, statuses.join(' '));
  assert.ok(statuses.every((one) => [200, 401, 404, 409, 429].includes(one)), statuses.join(' '));
  assert.equal(await tocsin.value("select count(*) from tocsin.users where email = 'race@acme.example'"), 1);
  assert.equal(await tocsin.value("select count(*) from tocsin.members m join tocsin.users u using (user_id) where u.email = 'race@acme.example'"), 1);
  await calm();
});

test('somebody with an account proves to be that person', async () => {
  const globex = await tocsin.createOrganization('globex');
  const theirs = await tocsin.signedIn('owner', globex);
  const guest = tocsin.org.people.viewer;
  const made = await invite(guest.email, 'admin', theirs, `${globex.path}/invitations`);
  assert.equal((await lookUp(made.token)).json.has_account, true);
  assert.equal((await accept({ token: made.token })).status, 401, 'nobody is signed in');
  assert.equal((await accept({ token: made.token, password: PASSWORD })).status, 401, 'a new password opens no account that exists');
  assert.equal((await accept({ token: made.token }, admin)).status, 403, 'somebody else is signed in');
  const self = await tocsin.signedIn('viewer');
  const before_ = self.cookies.all().map((one) => one.value).join();
  const done = await accept({ token: made.token }, self);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual(done.json.orgs.map((one) => [one.slug, one.role]), [['acme', 'viewer'], ['globex', 'admin']]);
  assert.equal(self.cookies.all().map((one) => one.value).join(), before_, 'the session stays');

  const other = tocsin.org.people.responder;
  const second = await invite(other.email, 'viewer', theirs, `${globex.path}/invitations`);
  const fresh = tocsin.client();
  assert.equal((await accept({ token: second.token, password: other.password }, fresh)).status, 200);
  assert.equal((await fresh.get(`${globex.path}/services`)).status, 200);
  await calm();
});

test('an invitation ends with the rights of whoever made it', async () => {
  const second = await invite('helper@acme.example', 'admin');
  const helper = tocsin.client();
  assert.equal((await accept({ token: second.token, password: PASSWORD }, helper)).status, 200);
  const made = await invite('friend@acme.example', 'admin', helper);
  const { items } = (await admin.get(`${tocsin.org.path}/members`)).json;
  await admin.patch(`${tocsin.org.path}/members/${items.find((one) => one.email === 'helper@acme.example').id}`, { role: 'viewer' });
  assert.equal((await accept({ token: made.token, password: PASSWORD })).status, 404);
  const token = await tocsin.createToken('acme', 'admin', 'inviter');
  const byToken = await invite('robots-friend@acme.example', 'viewer', tocsin.client({ token }));
  assert.equal((await lookUp(byToken.token)).status, 200);
  await tocsin.sql("update tocsin.api_tokens set revoked_at = tocsin.now() where name = 'inviter'");
  assert.equal((await lookUp(byToken.token)).status, 404);
  await calm();
});

test('who may invite, and whom', async () => {
  for (const role of ['responder', 'viewer']) {
    const client = await tocsin.signedIn(role);
    assert.equal((await client.post(path, { email: 'x@acme.example', role: 'viewer' })).status, 403);
    assert.equal((await client.get(path)).status, 403);
  }
  for (const bad of [{ email: 'x', role: 'viewer' }, { email: 'x@acme.example', role: 'owner' }, { email: ['x@acme.example', 'y@acme.example'], role: 'viewer' }, { email: 'x@acme.example\r\nBcc: y@z', role: 'viewer' }, { email: 'x@acme.example', role: 'viewer', user_id: 1 }]) {
    assert.equal((await admin.post(path, bad)).status, 400, JSON.stringify(bad));
  }
  assert.equal((await admin.post(path, { email: tocsin.org.people.owner.email, role: 'viewer' })).status, 409);
});

test('an organization cannot invite the whole world in one go', async () => {
  const statuses = [];
  for (let i = 0; i < 105; i += 1) statuses.push((await admin.post(path, { email: `many-${i}@acme.example`, role: 'viewer' })).status);
  assert.ok(statuses.slice(0, 90).every((one) => one === 201), statuses.join(' '));
  assert.equal(statuses.at(-1), 429);
  await calm();
});

test('guessing links is slowed down', async () => {
  const statuses = [];
  for (let i = 0; i < 25; i += 1) statuses.push((await lookUp(String(i).padStart(43, 'A'))).status);
  assert.equal(statuses[0], 404);
  assert.equal(statuses.at(-1), 429);
  await calm();
});

test('the first owner may be somebody new: the command line prints the link', async () => {
  const { stdout } = await tocsin.cli(['org', 'create', 'initech', '--name', 'Initech', '--owner', 'founder@initech.example']);
  const link = stdout.split('\n').find((line) => line.startsWith(tocsin.url));
  const client = tocsin.client();
  const done = await accept({ token: tokenOf(link), password: PASSWORD }, client);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual(done.json.orgs, [{ slug: 'initech', name: 'Initech', role: 'owner' }]);
  const log = (await client.get('/api/v1/orgs/initech/audit')).json.items.map((one) => [one.action, one.actor.kind]);
  assert.deepEqual(log.reverse(), [['organization.created', 'operator'], ['invitation.created', 'operator'], ['member.added', 'user'], ['invitation.accepted', 'user'], ['session.started', 'user']]);
});
