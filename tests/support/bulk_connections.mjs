// Many credentials at once, each obtained through the OAuth application.
import assert from 'node:assert/strict';
import { authorize, control, isConnected, sandboxState, startConnect } from './steps.mjs';

/** Settings for a service with many credentials: the rate limit must not slow down connecting, nor may sessions expire when time moves. */
export const bulkEnv = { TOCSIN_SENTRY_RATE: '5000', TOCSIN_REFRESH_POLL: '50ms', TOCSIN_SESSION_IDLE: '365d', TOCSIN_SESSION_MAX: '365d' };

/** Connects `count` integrations of the organization, four at a time. Their access tokens live for `lifetime` seconds. */
export async function connectMany(tocsin, count, { lifetime = 30 * 24 * 3600 } = {}) {
  await control(tocsin, 'oauth', { user_organizations: ['northwind'], token_lifetime_seconds: lifetime });
  let started = 0;
  const worker = async () => {
    const admin = await tocsin.signInAs('admin');
    while (started < count) {
      ++started;
      const { authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
      assert.ok(isConnected(await admin.get(await authorize(tocsin, url))));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

/** The number of OAuth refreshes that reached Sentry, by the status of its response. */
export const refreshCounts = async (tocsin) => (await sandboxState(tocsin)).token_calls.oauth_refresh_token ?? {};

export const areAllRefreshed = async (tocsin, count) =>
  (await tocsin.value('select count(*) from tocsin.credentials where due_at > tocsin.now() and lease_until is null')) === count;
