// Webhooks in the sender's exact byte form: no spaces, everything but printable ASCII escaped, signed over the bytes.
import { createHmac, randomBytes } from 'node:crypto';

export function sentryJson(value) {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function signature(body, secret) {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/**
 * Posts a webhook. `body`: an object, or bytes to be sent as they are. `headers` add to or replace the usual ones; one that is
 * undefined is left out.
 */
export function sendWebhook(client, { path = '/webhooks/sentry', resource, body, secret, headers = {}, at = Date.now() }) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : sentryJson(body));
  const all = {
    'Content-Type': 'application/json',
    'Request-ID': randomBytes(16).toString('hex'),
    'Sentry-Hook-Resource': resource,
    'Sentry-Hook-Timestamp': String(Math.floor(at / 1000)),
    'Sentry-Hook-Signature': signature(bytes, secret),
    'User-Agent': 'sentry/26.1.0 (https://sentry.io)',
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return client.request('POST', path, { body: bytes, headers: sent });
}
