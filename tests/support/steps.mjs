// Steps that many tests share: the sandbox's control API, connecting through the sandbox, services, and mappings.
import assert from 'node:assert/strict';

// --- the sandbox ---------------------------------------------------------------------------------------------------------

/** Calls the sandbox's control API and returns the body of the response. */
export async function control(tocsin, path, body = {}, method = 'POST') {
  const response = await tocsin.sentry.request(method, `/control/${path}`, method === 'POST' ? { json: body } : {});
  assert.ok(response.status < 300, `${method} /control/${path}: ${response.status} ${response.text}`);
  return response.text ? response.json : undefined;
}

export const sandboxState = (tocsin) => control(tocsin, 'state', undefined, 'GET');
export const clearFaults = (tocsin) => control(tocsin, 'faults', undefined, 'DELETE');

/** Resets the faults and the OAuth settings. The user then has access to `northwind` only. */
export async function resetOauth(tocsin) {
  await clearFaults(tocsin);
  await control(tocsin, 'oauth', { pkce: 'verify', refresh: 'rotate', user_organizations: ['northwind'], forget_approvals: true });
}

/** The number of token requests that reached Sentry, of all grants or of those named. */
export async function countTokenRequests(tocsin, grants) {
  const { token_calls: calls } = await sandboxState(tocsin);
  const counted = grants ? grants.map((grant) => calls[grant] ?? {}) : Object.values(calls);
  return counted.flatMap(Object.values).reduce((sum, count) => sum + count, 0);
}

/** The number of OAuth tokens that Sentry still accepts. */
export async function countLiveOauthTokens(tocsin) {
  return (await sandboxState(tocsin)).oauth.tokens.filter((token) => token.alive).length;
}

/** Removes every installation in Sentry; internal integrations too, unless `keepInternal` is set. */
export async function uninstallAll(tocsin, { keepInternal = false } = {}) {
  const { installations } = await sandboxState(tocsin);
  for (const { uuid, internal } of installations) {
    if (!(internal && keepInternal)) await control(tocsin, `installations/${uuid}`, undefined, 'DELETE');
  }
}

// --- connecting ----------------------------------------------------------------------------------------------------------

/** Starts to connect as a signed-in admin. Returns the body of POST integrations. */
export async function startConnect(client, org, body = { mode: 'public', sentry_org: 'northwind' }) {
  const response = await client.post(`${org.path}/integrations`, body);
  assert.equal(response.status, 201, response.text);
  return response.json;
}

/** Presses Install on Sentry's consent page. Returns the callback's URL. */
export async function install(tocsin, authorizeUrl, organization = 'northwind') {
  const page = await tocsin.sentry.get(authorizeUrl);
  assert.equal(page.status, 200, page.text);
  const response = await tocsin.sentry.request('POST', authorizeUrl, { form: { organization, action: 'install' } });
  assert.equal(response.status, 302, response.text);
  return response.headers.location;
}

/** Presses Authorize (or Deny) on the authorization page of an OAuth application. Returns the callback's URL. */
export async function authorize(tocsin, authorizeUrl, op = 'approve', fields = {}) {
  const page = await tocsin.sentry.get(authorizeUrl);
  if (page.status === 302) return page.headers.location;
  assert.equal(page.status, 200, page.text);
  const response = await tocsin.sentry.request('POST', authorizeUrl, { form: { op, ...fields } });
  assert.equal(response.status, 302, response.text);
  return response.headers.location;
}

/** The error code that a callback's redirect carries, or null. */
export const connectError = (response) => new URL(response.headers.location, 'http://tocsin.invalid').searchParams.get('connect_error');

export const isConnected = (response) => response.headers.location.endsWith('?connected=1');

/** Connects a public integration and returns it. `installation`: the UUID that Sentry assigns. */
export async function connect(tocsin, client, org, { organization = 'northwind', installation } = {}) {
  if (installation) await control(tocsin, 'next-installation', { uuid: installation });
  const { integration, authorize_url: url } = await startConnect(client, org, { mode: 'public', sentry_org: organization });
  const back = await client.get(await install(tocsin, url, organization));
  assert.equal(back.status, 303, back.text);
  assert.equal(back.headers.location, `/o/${org.slug}/integrations/${integration.id}?connected=1`);
  const response = await client.get(`${org.path}/integrations/${integration.id}`);
  assert.equal(response.json.status, 'connected', response.text);
  return response.json;
}

/** Connects through the OAuth application and returns the integration. */
export async function connectOauth(tocsin, client, org, { organization = 'northwind' } = {}) {
  const { integration, authorize_url: url } = await startConnect(client, org, { mode: 'oauth', sentry_org: organization });
  const back = await client.get(await authorize(tocsin, url));
  assert.equal(back.headers.location, `/o/${org.slug}/integrations/${integration.id}?connected=1`);
  return (await client.get(`${org.path}/integrations/${integration.id}`)).json;
}

/** Creates an internal integration in Sentry and pastes its token and secret into Tocsin. Returns both. */
export async function connectInternal(tocsin, client, org, { organization = 'northwind', ...options } = {}) {
  const created = await control(tocsin, 'internal-integrations', { organization, ...options });
  const { integration } = await startConnect(client, org, {
    mode: 'internal', token: created.token, client_secret: created.client_secret, sentry_org: organization,
  });
  return { created, integration };
}

// --- services and mappings -----------------------------------------------------------------------------------------------

export async function createService(client, org, slug) {
  const response = await client.post(`${org.path}/services`, { slug, name: slug[0].toUpperCase() + slug.slice(1) });
  assert.equal(response.status, 201, response.text);
  return response.json;
}

export async function mapProject(client, org, integration, project, service, options = {}) {
  const response = await client.post(`${org.path}/integrations/${integration.id}/mappings`, {
    sentry_project: project,
    service_id: service.id,
    ...options,
  });
  assert.equal(response.status, 201, response.text);
  return response.json;
}

/** A public integration whose project `checkout` is mapped to a service of that name. Returns the integration. */
export async function connectWithMapping(tocsin, client, mapping = {}) {
  const integration = await connect(tocsin, client, tocsin.org);
  await mapProject(client, tocsin.org, integration, 'checkout', await createService(client, tocsin.org, 'checkout'), mapping);
  return integration;
}
