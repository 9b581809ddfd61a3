// Many credentials at once, made the way a person makes one: through the OAuth application.
import assert from 'node:assert/strict';
import { authorize, control, startConnect } from './story.mjs';

/** What a service that holds many needs beside its defaults: nothing here is to wait for a turn at Sentry while they are made. */
export const manyEnv = { TOCSIN_SENTRY_RATE: '5000', TOCSIN_REFRESH_POLL: '50ms', TOCSIN_SESSION_IDLE: '365d', TOCSIN_SESSION_MAX: '365d' };

/** Connects `count` integrations of the organization, four at a time. Each gets tokens of `lifetime` seconds. */
export async function connectMany(tocsin, count, { lifetime = 30 * 24 * 3600 } = {}) {
  await control(tocsin, 'oauth', { user_organizations: ['northwind'], token_lifetime_seconds: lifetime });
  let made = 0;
  const one = async () => {
    const admin = await tocsin.signedIn('admin');
    while (made < count) {
      ++made;
      const { authorize_url: url } = await startConnect(admin, tocsin.org, { mode: 'oauth' });
      const back = await admin.get(await authorize(tocsin, url));
      assert.match(back.headers.location, /connected=1/);
    }
  };
  await Promise.all([one(), one(), one(), one()]);
}

/** Time goes on for the database and for Sentry. */
export async function moveBoth(tocsin, seconds) {
  tocsin.ahead = (tocsin.ahead ?? 0) + seconds;
  await control(tocsin, 'clock', { advance: seconds });
  await tocsin.moveTime(tocsin.ahead);
}

/** How many renewals reached Sentry, by what it answered. */
export const renewals = async (tocsin) => (await control(tocsin, 'state', undefined, 'GET')).token_calls.oauth_refresh_token ?? {};

export const allRenewed = (tocsin, count) => async () =>
  (await tocsin.value('select count(*) from tocsin.credentials where due_at > tocsin.now() and lease_until is null')) === count;
