// The steps that stories share: connecting through the sandbox, mapping, and webhooks of an installation.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

/** A call of the sandbox's control API; answers what it said. */
export async function control(tocsin, path, body = {}, method = 'POST') {
  const answer = await tocsin.sentry.request(method, `/control/${path}`, method === 'POST' ? { json: body } : {});
  assert.ok(answer.status < 300, `${method} /control/${path}: ${answer.status} ${answer.text}`);
  return answer.text ? answer.json : undefined;
}

/** Begins a connection as a signed-in admin: the answer of POST integrations. */
export async function startConnect(client, org, body = { mode: 'public' }) {
  const answer = await client.post(`${org.path}/integrations`, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

/** The person at Sentry's consent page presses Install; answers the callback's address. */
export async function install(tocsin, authorizeUrl, organization = 'northwind') {
  const page = await tocsin.sentry.get(authorizeUrl);
  assert.equal(page.status, 200, page.text);
  const answer = await tocsin.sentry.request('POST', authorizeUrl, { form: { organization, action: 'install' } });
  assert.equal(answer.status, 302, answer.text);
  return answer.headers.location;
}

/** The whole way; answers the integration. `installation`: the UUID that it is to get. */
export async function connect(tocsin, client, org, { organization = 'northwind', installation } = {}) {
  if (installation) await control(tocsin, 'next-installation', { uuid: installation });
  const { integration, authorize_url: url } = await startConnect(client, org);
  const back = await client.get(await install(tocsin, url, organization));
  assert.equal(back.status, 303, back.text);
  assert.equal(back.headers.location, `/o/${org.slug}/integrations/${integration.id}?connected=1`);
  const answer = await client.get(`${org.path}/integrations/${integration.id}`);
  assert.equal(answer.json.status, 'connected', answer.text);
  return answer.json;
}

/** The person at Sentry's page of an OAuth application presses Authorize (or Deny); answers the callback's address. */
export async function authorize(tocsin, authorizeUrl, op = 'approve', more = {}) {
  const page = await tocsin.sentry.get(authorizeUrl);
  if (page.status === 302) return page.headers.location;
  assert.equal(page.status, 200, page.text);
  const answer = await tocsin.sentry.request('POST', authorizeUrl, { form: { op, ...more } });
  assert.equal(answer.status, 302, answer.text);
  return answer.headers.location;
}

/** The whole way through the OAuth application; answers the integration. */
export async function connectOauth(tocsin, client, org, { organization = 'northwind' } = {}) {
  const { integration, authorize_url: url } = await startConnect(client, org, { mode: 'oauth', sentry_org: organization });
  const back = await client.get(await authorize(tocsin, url));
  assert.equal(back.headers.location, `/o/${org.slug}/integrations/${integration.id}?connected=1`);
  return (await client.get(`${org.path}/integrations/${integration.id}`)).json;
}

/** An internal integration made in Sentry, pasted here; answers both. */
export async function connectInternal(tocsin, client, org, { organization = 'northwind', ...more } = {}) {
  const made = await control(tocsin, 'internal-integrations', { organization, ...more });
  const { integration } = await startConnect(client, org, {
    mode: 'internal', token: made.token, client_secret: made.client_secret, sentry_org: organization,
  });
  return { made, integration };
}

export async function createService(client, org, slug) {
  const answer = await client.post(`${org.path}/services`, { slug, name: slug[0].toUpperCase() + slug.slice(1) });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

export async function mapProject(client, org, integration, project, service, more = {}) {
  const answer = await client.post(`${org.path}/integrations/${integration.id}/mappings`, {
    sentry_project: project,
    service_id: service.id,
    ...more,
  });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

/** Webhook bodies in Sentry's shapes about one issue of an installation. */
export class IssueBodies {
  constructor(installation, project = { id: '4505281256090153', slug: 'checkout', name: 'Checkout' }) {
    this.installation = installation;
    this.project = project;
    this.id = String(4_500_000_000 + Math.floor(Math.random() * 400_000_000));
  }

  #envelope(action, data, actor = { type: 'application', id: 'sentry', name: 'Sentry' }) {
    return { action, installation: { uuid: this.installation }, data, actor };
  }

  issue(action, changes = {}, beside = {}) {
    const status = { resolved: 'resolved', ignored: 'ignored', archived: 'ignored' }[action] ?? 'unresolved';
    const issue = {
      url: `https://sentry.example/api/0/organizations/northwind/issues/${this.id}/`,
      web_url: `https://northwind.sentry.example/issues/${this.id}/`,
      id: this.id,
      shortId: 'CHECKOUT-3F',
      title: 'TimeoutError: no answer – Zahlung fehlgeschlagen 💥',
      culprit: 'checkout.gateway in charge',
      permalink: `https://northwind.sentry.example/issues/${this.id}/`,
      level: 'error',
      status,
      statusDetails: {},
      substatus: 'new',
      platform: 'python',
      project: { ...this.project, platform: 'python' },
      count: '1',
      userCount: 1,
      firstSeen: '2026-03-02T09:14:05.120000+00:00',
      lastSeen: new Date().toISOString(),
      ...changes,
    };
    return this.#envelope(action, { issue, ...beside });
  }

  alert({ eventId = randomUUID().replaceAll('-', ''), rule = 'Errors in production', at = new Date(), ...changes } = {}) {
    const event = {
      event_id: eventId,
      project: Number(this.project.id),
      issue_id: this.id,
      title: 'TimeoutError: no answer',
      level: 'error',
      datetime: at.toISOString(),
      release: 'shop@1.2.3',
      tags: [['environment', 'production'], ['level', 'error']],
      exception: { values: [{ type: 'TimeoutError', stacktrace: { frames: [{ function: 'charge', vars: { n: 1 } }] } }] },
      url: `https://sentry.example/api/0/projects/northwind/${this.project.slug}/events/${eventId}/`,
      web_url: `https://sentry.example/organizations/northwind/issues/${this.id}/events/${eventId}/`,
      ...changes,
    };
    return this.#envelope('triggered', { event, triggered_rule: rule });
  }

  uninstalled() {
    return this.#envelope('deleted', {
      installation: { uuid: this.installation, status: 'installed', organization: { slug: 'northwind' }, app: { slug: 'tocsin-test' } },
    });
  }
}
