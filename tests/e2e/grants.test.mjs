// Calls of Sentry through grants: who may make which call, and what comes back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sentryApi from '@sentry/api';
import { startTocsin } from '../support/harness.mjs';
import { clearFaults, connect, connectInternal, control } from '../support/steps.mjs';

const READS = ['list_organizations', 'list_projects', 'list_issues', 'get_issue', 'list_issue_events', 'get_event', 'list_releases', 'get_release', 'list_deploys', 'list_commits'];
const WRITES = ['resolve_issue', 'assign_issue', 'comment_issue'];
const RELEASE = 'checkout@1.0+2'; // of checkout only; its path must be encoded
const SHARED_RELEASE = '2026.3.1';
const SCOPES = ['org:read', 'project:read', 'team:read', 'event:write'];

let tocsin;
let admin;
let path;
let internal; // a connection with event:write; `created.token` is its token in Sentry
let issues;
before(async () => {
  tocsin = await startTocsin({ env: { TOCSIN_SENTRY_TIMEOUT: '2s' } });
  admin = await tocsin.signInAs('admin');
  path = `${tocsin.org.path}/grants`;
  internal = await connectInternal(tocsin, admin, tocsin.org, { scopes: ['event:read', ...SCOPES] });
  issues = {};
  for (const project of ['checkout', 'storefront']) {
    issues[project] = (await control(tocsin, 'organizations/northwind/issues', { project, title: `Error: only in ${project}`, release: SHARED_RELEASE })).issue;
  }
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'Error: in a release', release: RELEASE });
});
after(() => tocsin?.stop());

let tokens = 0;
async function createToken(role = 'viewer') {
  tokens += 1;
  const response = await admin.post(`${tocsin.org.path}/tokens`, { name: `robot ${tokens}`, role });
  assert.equal(response.status, 201, response.text);
  return response.json;
}

/** A grant of the internal integration, whose holder is a new token. */
async function createGrant(wanted = {}) {
  const token = await createToken();
  const response = await admin.post(path, { name: `grant of ${token.name}`, integration_id: internal.integration.id, token_id: token.id, ...wanted });
  assert.equal(response.status, 201, response.text);
  const client = tocsin.client({ token: token.token });
  const base = `${path}/${response.json.id}`;
  return {
    ...response.json,
    token: token.token,
    base,
    client,
    call: (operation, args, more = {}) => client.post(`${base}/call`, { operation, args, ...more }),
    get: (target) => client.get(`${base}/sentry/${target}`),
    /** The options of Sentry's own client: all that changes. */
    options: { baseUrl: `${tocsin.url}${base}/sentry`, auth: token.token },
  };
}
const readCalls = async (grant) => (await admin.get(`${grant.base}/calls`)).json.items;

test('a grant is created, listed, changed, and revoked', async () => {
  const grant = await createGrant({ projects: ['checkout'], per_minute: 30 });
  const { id, name } = grant;
  assert.deepEqual([grant.operations, grant.projects, grant.approval, grant.per_minute], [READS, ['checkout'], 'none', 30]);
  assert.deepEqual([grant.holder.name, grant.created_by, grant.last_used_at], [`robot ${tokens}`, tocsin.org.people.admin.email, null]);
  assert.deepEqual((await admin.get(`${path}?name=${encodeURIComponent(name)}`)).json.items.map((one) => one.id), [id]);
  const twice = await admin.post(path, { name, integration_id: internal.integration.id });
  assert.deepEqual([twice.status, twice.json.code], [409, 'conflict']);
  const changed = await admin.patch(`${path}/${id}`, { operations: ['list_issues'], projects: [], per_minute: 5 });
  assert.deepEqual([changed.json.operations, changed.json.projects, changed.json.per_minute], [['list_issues'], [], 5]);
  assert.equal((await admin.delete(`${path}/${id}`)).status, 204);
  assert.equal((await admin.get(`${path}/${id}`)).status, 404);
  assert.equal((await grant.call('list_issues')).status, 404, 'a revoked grant is unknown');
  const audit = (await admin.get(`${tocsin.org.path}/audit?limit=20`)).json.items.filter((entry) => entry.action.startsWith('grant.'));
  assert.deepEqual(audit.map((entry) => entry.action), ['grant.revoked', 'grant.changed', 'grant.created']);
});

test('wrong fields of a grant are named', async () => {
  const post = async (wanted) => (await admin.post(path, { name: 'wrong', integration_id: internal.integration.id, ...wanted })).json.errors?.map((one) => one.path);
  assert.deepEqual(await post({ operations: ['list_issues', 'delete_issue'] }), ['operations[1]']);
  assert.deepEqual(await post({ operations: [] }), ['operations']);
  assert.deepEqual(await post({ projects: ['checkout', 'unknown'] }), ['projects[1]']);
  assert.deepEqual(await post({ member: 'stranger@acme.example' }), ['member']);
  assert.deepEqual(await post({ token_id: '00000000-0000-4000-8000-000000000000' }), ['token_id']);
  assert.deepEqual(await post({ expires_at: '2020-01-01T00:00:00Z' }), ['expires_at']);
});

test('calls by name return what Sentry says, page by page', async () => {
  const grant = await createGrant();
  const first = await grant.call('list_issues', { query: '', per_page: 1 });
  assert.equal(first.status, 200, first.text);
  assert.deepEqual([first.json.status, first.json.data.length], [200, 1]);
  const ids = [first.json.data[0].id];
  for (let cursor = first.json.next_cursor; cursor; ) {
    const page = (await grant.call('list_issues', { query: '', per_page: 1 }, { cursor })).json;
    ids.push(...page.data.map((one) => one.id));
    cursor = page.next_cursor;
  }
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.includes(issues.checkout.id) && ids.includes(issues.storefront.id));
  const { data: event } = (await grant.call('get_event', { issue: issues.checkout.id, event: 'latest' })).json;
  assert.equal(event.groupID, issues.checkout.id);
  const missing = (await grant.call('get_issue', { issue: '1' })).json;
  assert.deepEqual([missing.status, missing.data], [404, { detail: 'The requested resource does not exist' }]);
});

test("Sentry's own API client runs every use through a grant; only the URL and the token change", async () => {
  const grant = await createGrant({ operations: [...READS, ...WRITES], per_minute: 600 });
  const direct = { baseUrl: tocsin.sandboxUrl, auth: internal.created.token };
  const organization = { organization_id_or_slug: 'northwind' };
  const one = { ...organization, issue_id: issues.checkout.id };
  const uses = [
    [sentryApi.listYourOrganizations, {}],
    [sentryApi.listAnOrganization_sProjects, { path: organization }],
    [sentryApi.listAnOrganization_sIssues, { path: organization, query: { query: 'is:unresolved', limit: 5 } }],
    [sentryApi.retrieveAnIssue, { path: one }],
    [sentryApi.listAnIssue_sEvents, { path: one }],
    [sentryApi.retrieveAnIssueEvent, { path: { ...one, event_id: 'latest' } }],
    [sentryApi.listAnOrganization_sReleases, { path: organization, query: { per_page: 10 } }],
    [sentryApi.retrieveAnOrganization_sRelease, { path: { ...organization, version: RELEASE } }],
    [sentryApi.listARelease_sDeploys, { path: { ...organization, version: RELEASE } }],
    [sentryApi.listAnOrganizationRelease_sCommits, { path: { ...organization, version: RELEASE } }],
    [sentryApi.retrieveAnIssue, { path: { ...organization, issue_id: '1' } }],
  ];
  for (const [use, options] of uses) {
    const through = await use({ ...grant.options, ...options });
    const expected = await use({ ...direct, ...options });
    assert.equal(through.response.status, expected.response.status, JSON.stringify(through.error));
    assert.deepEqual(through.data ?? through.error, expected.data ?? expected.error);
    const links = through.response.headers.get('link');
    assert.equal(links?.replaceAll(`${tocsin.url}${grant.base}/sentry`, tocsin.sandboxUrl).replaceAll('?&', '?'), expected.response.headers.get('link')?.replaceAll('?&', '?'));
  }
  const changed = await sentryApi.updateAnIssue({ ...grant.options, path: one, body: { status: 'resolved', assignedTo: 'dev@northwind.example' } });
  assert.equal(changed.response.status, 200, JSON.stringify(changed.error));
  const after = (await sentryApi.retrieveAnIssue({ ...direct, path: one })).data;
  assert.deepEqual([after.status, after.assignedTo.email], ['resolved', 'dev@northwind.example']);
  await control(tocsin, `issues/${issues.checkout.id}/unresolve`);
});

test('paths without the organization, project issues, and notes work as at Sentry', async () => {
  const grant = await createGrant({ operations: [...READS, ...WRITES] });
  for (const target of ['api/0/projects/', 'api/0/projects/northwind/checkout/issues/?query=', `api/0/issues/${issues.checkout.id}/`, `api/0/issues/${issues.checkout.id}/events/`]) {
    const response = await grant.get(target);
    assert.equal(response.status, 200, `${target}: ${response.text}`);
  }
  const note = await grant.client.post(`${grant.base}/sentry/api/0/issues/${issues.checkout.id}/notes/`, { text: 'Rolled back.' });
  assert.deepEqual([note.status, note.json.data.text], [201, 'Rolled back.']);
  const named = await grant.call('comment_issue', { issue: issues.checkout.id, text: 'Watching.' });
  assert.deepEqual([named.json.status, named.json.data.data.text], [201, 'Watching.']);
  const [last] = await readCalls(grant);
  assert.deepEqual([last.operation, last.result, last.status, last.arguments], ['comment_issue', 'answered', 201, { issue: issues.checkout.id, text: 'Watching.' }]);
});

test('what a grant does not include is refused and recorded', async () => {
  const grant = await createGrant({ operations: ['list_issues'] });
  const refused = [
    await grant.get('api/0/organizations/northwind/projects/'),
    await grant.get('api/0/organizations/northwind/members/'),
    await grant.get('api/0/organizations/empire-state/issues/'),
    await grant.get('api/0/organizations/northwind/issues/?expand=owners'),
    await grant.get('api/0/organizations/northwind%20/issues/'),
    await grant.call('get_issue', { issue: issues.checkout.id }),
    await grant.client.post(`${grant.base}/sentry/api/0/issues/1/notes/`, { text: 'x' }),
    await grant.client.request('PUT', `${grant.base}/sentry/api/0/issues/1/`, { json: { status: 'resolved' } }),
    // An admin sees the grant, but does not hold it.
    await admin.post(`${grant.base}/call`, { operation: 'list_issues' }),
    await tocsin.tokenClient().get(`${grant.base}/sentry/api/0/organizations/northwind/issues/`),
  ];
  for (const response of refused) assert.deepEqual([response.status, response.json.code], [403, 'not_granted'], response.text);
  const calls = await readCalls(grant);
  assert.equal(calls.length, refused.length);
  assert.ok(calls.every((call) => call.result === 'refused' && call.detail && call.status === null));
  assert.equal((await grant.get('api/0/organizations/northwind/issues/')).status, 200);
  assert.ok((await tocsin.metric('tocsin_grant_calls_total{operation="none",result="refused"}')) >= 3);
});

test('a grant of one project yields nothing of another', async () => {
  const grant = await createGrant({ operations: [...READS, ...WRITES], projects: ['checkout'], per_minute: 600 });
  const { storefront, checkout } = issues;
  const before = (await control(tocsin, 'state', undefined, 'GET')).issues?.find((one) => one.id === storefront.id);
  const responses = [];
  for (const target of [
    'organizations/', 'projects/', 'organizations/northwind/projects/', 'organizations/northwind/issues/?query=', 'organizations/northwind/issues/?query=storefront',
    'projects/northwind/checkout/issues/?query=', 'projects/northwind/storefront/issues/', `issues/${storefront.id}/`, `issues/${storefront.short_id}/`,
    `organizations/northwind/issues/${storefront.id}/`, `issues/${storefront.id}/events/`, `issues/${storefront.id}/events/latest/`, 'organizations/northwind/releases/',
    `issues/${checkout.id}/`, `issues/${checkout.id}/events/`, `issues/${checkout.id}/events/latest/`,
  ]) responses.push(await grant.get(`api/0/${target}`));
  for (const [operation, args] of [
    ['list_issues', { project: 'storefront' }], ['list_issues', { query: '' }], ['get_issue', { issue: storefront.id }], ['list_releases', {}], ['list_projects', {}],
    ['resolve_issue', { issue: storefront.id }], ['assign_issue', { issue: storefront.id, assignedTo: 'a@b.example' }], ['comment_issue', { issue: storefront.id, text: 'x' }],
  ]) responses.push(await grant.call(operation, args));
  for (const response of responses) {
    const all = response.text + JSON.stringify(response.headers);
    for (const word of ['only in storefront', 'Storefront', '4505281256090154', 'Billing', 'warehouse']) assert.ok(!all.includes(word), `${word} in ${all.slice(0, 300)}`);
  }
  const unknown = await grant.get('api/0/issues/1/');
  assert.deepEqual([responses[7].status, responses[7].text], [unknown.status, unknown.text], 'as an issue that does not exist');
  const { data } = (await grant.call('list_issues', { query: '' })).json;
  assert.ok(data.length > 0 && data.every((issue) => issue.project.slug === 'checkout'));
  const direct = await sentryApi.retrieveAnIssue({ baseUrl: tocsin.sandboxUrl, auth: internal.created.token, path: { organization_id_or_slug: 'northwind', issue_id: storefront.id } });
  assert.deepEqual([direct.data.status, direct.data.assignedTo, direct.data.numComments], ['unresolved', null, before?.comments ?? 0]);
});

test('releases show the projects of the grant only, and their parts only if the release has no other project', async () => {
  const grant = await createGrant({ projects: ['checkout'] });
  const all = await createGrant();
  const path = (version) => `api/0/organizations/northwind/releases/${encodeURIComponent(version)}/`;
  assert.deepEqual((await grant.get(path(SHARED_RELEASE))).json.projects.map((one) => one.slug), ['checkout']);
  assert.ok((await all.get(path(SHARED_RELEASE))).json.projects.length > 1);
  for (const [operation, part] of [['list_deploys', 'deploys/'], ['list_commits', 'commits/']]) {
    assert.equal((await grant.get(path(RELEASE) + part)).status, 200);
    const named = (await grant.call(operation, { version: RELEASE })).json;
    assert.deepEqual([named.status, named.data.length, JSON.stringify(named.data).includes(RELEASE)], [200, 1, true]);
    for (const version of [SHARED_RELEASE, 'unknown']) assert.equal((await grant.get(path(version) + part)).status, 404, `${part} of ${version}`);
    assert.equal((await all.get(path(SHARED_RELEASE) + part)).status, 200);
  }
  assert.deepEqual((await grant.get(path('unknown'))).status, 404);
});

test('a grant has a rate and an end', async () => {
  const grant = await createGrant({ per_minute: 2, expires_at: new Date(Date.now() + 3600_000).toISOString() });
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await grant.call('list_projects')).status);
  assert.deepEqual(statuses, [200, 200, 429]);
  const limited = await grant.get('api/0/projects/');
  assert.deepEqual([limited.status, limited.json.code], [429, 'rate_limited']);
  assert.ok(Number(limited.headers['retry-after']) >= 1 && Number(limited.headers['retry-after']) <= 30, limited.headers['retry-after']);
  await tocsin.sql(`update tocsin.grants set expires_at = tocsin.now() - interval '1 second', rate_full_at = null where grant_id = $1`, [grant.id]);
  const expired = await grant.call('list_projects');
  assert.deepEqual([expired.status, expired.json.code], [403, 'not_granted']);
  assert.match(expired.json.detail, /expired/);
});

test("Sentry's rate limit and its headers are passed on", async () => {
  const grant = await createGrant();
  await control(tocsin, 'settings', { rate_limit: 1000 });
  const limited = await grant.get('api/0/organizations/northwind/issues/');
  assert.equal(limited.headers['x-sentry-rate-limit-limit'], '1000');
  assert.ok(Number(limited.headers['x-sentry-rate-limit-remaining']) < 1000);
  assert.ok(limited.headers['x-hits']);
  await control(tocsin, 'settings', { rate_limit: 0 });
  await control(tocsin, 'faults', { match: 'issues', kind: 'status', status: 429, headers: { 'Retry-After': '1' } });
  const refused = await grant.get('api/0/organizations/northwind/issues/');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
});

test('a permission that the integration lacks in Sentry is named with its remedy', async () => {
  const integration = await connect(tocsin, admin, tocsin.org, { organization: 'empire-state' });
  const grant = await createGrant({ integration_id: integration.id, operations: [...READS, ...WRITES] });
  assert.equal((await grant.call('list_issues')).status, 200);
  const refused = await grant.call('resolve_issue', { issue: '1' });
  assert.deepEqual([refused.status, refused.json.code], [403, 'missing_scope']);
  assert.match(refused.json.detail, /event:write/);

  // Sentry rejects the token: it is refreshed, and the call repeated.
  await control(tocsin, `installations/${integration.installation_id}/token`, undefined, 'DELETE');
  const repeated = await grant.call('list_issues');
  assert.deepEqual([repeated.status, repeated.json?.status], [200, 200], repeated.text);
});

test('no response contains a token, whatever fails', async (t) => {
  const grant = await createGrant({ operations: [...READS, ...WRITES], per_minute: 6000 });
  const { token } = internal.created;
  const restricted = await createGrant({ operations: READS, projects: ['checkout'], per_minute: 6000 });
  const faults = [
    ...[200, 400, 403, 404, 409, 500, 503, 429].map((status) => ({ kind: 'status', status, body: JSON.stringify({ detail: `You sent ${token}` }) })),
    ...[400, 404, 409, 429].map((status) => ({ kind: 'status', status })), { kind: 'delay', delay_ms: 1 },
    { kind: 'status', status: 200, body: `[{"id":"1","project":{"id":"4505281256090153"},"title":"${token}"}]` },
    { kind: 'status', status: 200, body: '[]', headers: { Link: `<${token}>; rel="next"`, 'X-Hits': token } },
    { kind: 'html' }, { kind: 'redirect', body: `http://127.0.0.1:9/?token=${token}` }, { kind: 'gzip' }, { kind: 'wrong_length' }, { kind: 'truncated' },
    { kind: 'drop' }, { kind: 'garbage' }, { kind: 'raw', body: `HTTP/1.1 200 OK\r\nX-Token: ${token}\r\n\r\n${token}` }, { kind: 'huge' }, { kind: 'lost_answer' },
    { kind: 'status', status: 401, body: JSON.stringify({ detail: `Invalid token ${token}` }) }, // the last one, because it ends the connection
  ];
  const issue = issues.checkout.id;
  const calls = [
    ['list_organizations', {}], ['list_projects', {}], ['list_issues', {}], ['get_issue', { issue }], ['list_issue_events', { issue }], ['get_event', { issue, event: 'latest' }],
    ['list_releases', {}], ['get_release', { version: RELEASE }], ['list_deploys', { version: RELEASE }], ['list_commits', { version: RELEASE }],
    ['resolve_issue', { issue }], ['assign_issue', { issue, assignedTo: 'a@b.example' }], ['comment_issue', { issue, text: 'x' }],
  ];
  let sent = 0;
  const statuses = {};
  for (const fault of faults) {
    for (const [operation, args] of calls) {
      for (const one of operation.startsWith('get') || operation === 'list_releases' ? [grant, restricted] : [grant]) {
        await control(tocsin, 'faults', { match: 'api', times: 3, ...fault });
        const response = await one.call(operation, args);
        await clearFaults(tocsin);
        sent += 1;
        statuses[response.status] = (statuses[response.status] ?? 0) + 1;
        assert.ok(!(response.text + JSON.stringify(response.headers)).includes(token), `${operation} with ${JSON.stringify(fault)}: ${response.text}`);
        assert.ok([200, 403, 404, 422, 429, 503].includes(response.status), `${operation} with ${fault.kind}: ${response.status} ${response.text}`);
      }
    }
  }
  t.diagnostic(`${sent} calls: ${JSON.stringify(statuses)}`);
  assert.ok(statuses[200] > 40 && statuses[503] > 100, 'the calls reached Sentry');
  assert.ok(!tocsin.service.lines.some(({ text }) => text.includes(token)), 'nor does the log');
  const recorded = await tocsin.value(`select count(*) from tocsin.grant_calls where detail like '%' || $1 || '%' or arguments::text like '%' || $1 || '%'`, [token]);
  assert.equal(Number(recorded), 0, 'nor do the records of the calls');
});
