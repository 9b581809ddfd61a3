// Webhooks as Sentry sends them: bodies in its shapes, JSON in its exact bytes (no spaces, all but printable ASCII escaped), and a
// signature over those bytes.
import { createHmac, randomBytes, randomUUID } from 'node:crypto';

export function sentryJson(value) {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function signature(body, secret) {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** Posts a webhook. `body`: an object, or bytes that are sent unchanged. `headers` replace the default ones; undefined removes one. */
export function sendWebhook(client, { path = '/webhooks/sentry', resource, body, secret, headers = {}, at = Date.now(), limit }) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : sentryJson(body));
  const sent = {
    'Content-Type': 'application/json',
    'Request-ID': randomBytes(16).toString('hex'),
    'Sentry-Hook-Resource': resource,
    'Sentry-Hook-Timestamp': String(Math.floor(at / 1000)),
    'Sentry-Hook-Signature': signature(bytes, secret),
    'User-Agent': 'sentry/26.1.0 (https://sentry.io)',
    ...headers,
  };
  return client.request('POST', path, { body: bytes, headers: sent, limit });
}

// Ids never repeat within a process.
let lastIssue = 4_500_000_000 + Math.floor(Math.random() * 400_000_000);

/** Webhook bodies about one issue of an installation. */
export class IssueBodies {
  constructor(installation, project = { id: '4505281256090153', slug: 'checkout', name: 'Checkout' }) {
    this.installation = installation;
    this.project = project;
    lastIssue += 1;
    this.id = String(lastIssue);
  }

  #envelope(action, data, actor = { type: 'application', id: 'sentry', name: 'Sentry' }) {
    return { action, installation: { uuid: this.installation }, data, actor };
  }

  /** `changes` to the issue itself; `siblings`: members beside it in `data`. */
  issue(action, changes = {}, siblings = {}) {
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
    return this.#envelope(action, { issue, ...siblings });
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

  error(changes = {}) {
    return { action: 'created', installation: { uuid: this.installation }, data: { error: this.alert(changes).data.event } };
  }

  comment(action) {
    const data = { comment_id: 1, issue_id: Number(this.id), project_slug: this.project.slug, comment: 'looking at it' };
    return { action, installation: { uuid: this.installation }, data };
  }

  uninstalled() {
    return this.#envelope('deleted', {
      installation: { uuid: this.installation, status: 'installed', organization: { slug: 'northwind' }, app: { slug: 'tocsin-test' } },
    });
  }
}
