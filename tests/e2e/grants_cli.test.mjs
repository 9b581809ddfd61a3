// tocsin grant and tocsin sentry call.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connectInternal, control } from '../support/steps.mjs';

let tocsin;
let admin;
let created;
let issue;
let token;
const scopes = ['org:read', 'project:read', 'team:read', 'event:read', 'event:write'];
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  ({ created } = await connectInternal(tocsin, admin, tocsin.org, { scopes }));
  ({ issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'Error: from the command line' }));
  token = (await admin.post(`${tocsin.org.path}/tokens`, { name: 'script', role: 'viewer' })).json;
  // Lists Sentry's projects, so that the command line knows them.
  const { items } = (await admin.get(`${tocsin.org.path}/integrations`)).json;
  await admin.get(`${tocsin.org.path}/integrations/${items[0].id}/projects`);
});
after(() => tocsin?.stop());

const grantCommand = (...args) => tocsin.cli(['grant', ...args, '--org', 'acme']);
function callSentry(args, { status = 0, more = {} } = {}) {
  return tocsin.cli(['sentry', 'call', ...args, '--org', 'acme'], { status, env: { TOCSIN_PUBLIC_URL: tocsin.url, TOCSIN_TOKEN: token.token, ...more } });
}

test('a grant is created, listed, and revoked on the command line', async () => {
  const id = (await grantCommand('create', '--name', 'nightly', '--holder', token.id, '--operations', 'list_issues,get_issue', '--projects', 'checkout', '--days', '30')).stdout.trim();
  const [listed] = JSON.parse((await grantCommand('list', '--json')).stdout);
  assert.deepEqual([listed.id, listed.name, listed.holder, listed.operations, listed.projects], [id, 'nightly', 'script', ['list_issues', 'get_issue'], ['checkout']]);
  assert.match((await grantCommand('list')).stdout, /nightly {2}\(script\)\n {4}list_issues, get_issue; checkout/);
  assert.equal((await admin.get(`${tocsin.org.path}/grants/${id}`)).json.created_by, '');
  const [entry] = (await admin.get(`${tocsin.org.path}/audit?action=grant`)).json.items;
  assert.deepEqual([entry.action, entry.actor?.kind ?? entry.actor_kind], ['grant.created', 'operator']);
  await grantCommand('revoke', 'nightly');
  assert.equal((await grantCommand('list')).stdout, 'No grants.\n');
});

test('mistakes are named on standard error', async () => {
  const refused = await tocsin.cli(['grant', 'create', '--org', 'acme', '--name', 'x', '--holder', token.id, '--projects', 'unknown'], { status: 1 });
  assert.match(refused.stderr, /projects\[0\]: is no project/);
  const holder = await tocsin.cli(['grant', 'create', '--org', 'acme', '--name', 'x', '--holder', 'robot'], { status: 1 });
  assert.match(holder.stderr, /address of a member or the id of an API token/);
  await tocsin.cli(['grant', 'revoke', 'nothing', '--org', 'acme'], { status: 1 });
  await tocsin.cli(['grant', 'create', '--org', 'acme', '--name', 'x', '--holder', token.id, '--operations', 'delete_issue'], { status: 2 });
});

test('Sentry is called by the name of an operation, and the token stays out of the output', async () => {
  await grantCommand('create', '--name', 'calls', '--holder', token.id, '--operations', 'list_issues,get_issue,comment_issue');
  const lines = (await callSentry(['list_issues', 'query=from the command line', '--grant', 'calls'])).stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((one) => one.id), [issue.id]);
  const answer = JSON.parse((await callSentry(['get_issue', `issue=${issue.short_id}`, '--grant', 'calls', '--json'])).stdout);
  assert.deepEqual([answer.status, answer.data.id, answer.next_cursor], [200, issue.id, null]);
  const note = JSON.parse((await callSentry(['comment_issue', `issue=${issue.id}`, 'text=2=2, as "expected"', '--grant', 'calls'])).stdout);
  assert.equal(note.data.text, '2=2, as "expected"');

  const first = await callSentry(['list_issues', 'query=', 'per_page=1', '--grant', 'calls']);
  const cursor = /--cursor (\S+)/.exec(first.stderr)[1];
  const second = await callSentry(['list_issues', 'query=', 'per_page=1', '--grant', 'calls', '--cursor', cursor]);
  assert.notEqual(JSON.parse(second.stdout).id, JSON.parse(first.stdout).id);
  assert.ok(!`${first.stdout}${first.stderr}${second.stdout}`.includes(created.token));
});

test('the exit status says whether Sentry executed the call', async () => {
  const missing = await callSentry(['get_issue', 'issue=1', '--grant', 'calls'], { status: 1 });
  assert.match(missing.stderr, /status 404/);
  const refused = await callSentry(['list_releases', '--grant', 'calls'], { status: 1 });
  assert.match(refused.stderr, /does not include list_releases/);
  assert.match((await callSentry(['list_issues', '--grant', 'unknown'], { status: 1 })).stderr, /no grant with the name unknown/);
  assert.match((await callSentry(['list_issues', 'limit=0', '--grant', 'calls'], { status: 1 })).stderr, /args\.limit/);
  await callSentry(['list_issues', 'limit', '--grant', 'calls'], { status: 2 });
  await callSentry(['delete_issue', '--grant', 'calls'], { status: 2 });
  assert.match((await callSentry(['list_issues', '--grant', 'calls'], { status: 2, more: { TOCSIN_TOKEN: '' } })).stderr, /TOCSIN_TOKEN/);
  assert.match((await callSentry(['list_issues', '--grant', 'calls'], { status: 1, more: { TOCSIN_PUBLIC_URL: 'http://127.0.0.1:9' } })).stderr, /does not answer/);
});

test('the token may come from a file', async () => {
  const file = join(mkdtempSync(join(process.env.TOCSIN_TEST_TMP, 'token-')), 'token');
  writeFileSync(file, `${token.token}\n`, { mode: 0o600 });
  const { stdout } = await callSentry(['list_issues', 'query=from the command line', '--grant', 'calls'], { more: { TOCSIN_TOKEN: undefined, TOCSIN_TOKEN_FILE: file } });
  assert.equal(JSON.parse(stdout).id, issue.id);
});
