// What renewing costs: how many credentials a second, the CPU of one renewal, and how long a batch takes to be claimed from many.
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { areAllRefreshed, bulkEnv, connectMany, refreshCounts } from '../support/bulk_connections.mjs';
import { startTocsin } from '../support/harness.mjs';
import { clearFaults, control } from '../support/steps.mjs';
import { statements } from '../support/sql_statements.mjs';
import { cpuOf, number, quantile, quick } from './support.mjs';

const credentials = quick ? 1_000 : 10_000;
const many = 100_000;
const life = 8 * 3600;
const batch = 16;
const host = 'http://127.0.0.1:9';

const tocsin = await startTocsin({ env: bulkEnv });
const server = Number((await tocsin.value("select pg_read_file('postmaster.pid', 0, 20)")).split('\n')[0]);

console.log('| | |');
console.log('|---|---|');
const row = (what, value) => console.log(`| ${what} | ${value} |`);

async function renewAll(name, rate, delay) {
  await tocsin.restart({ TOCSIN_SENTRY_RATE: String(rate) });
  await clearFaults(tocsin);
  if (delay) await control(tocsin, 'faults', { match: 'oauth_token', kind: 'delay', delay_ms: delay, times: 0 });
  await control(tocsin, 'load', undefined, 'DELETE');
  const before = { renewals: (await refreshCounts(tocsin))[200] ?? 0, program: cpuOf(tocsin.service.pid), postgres: cpuOf(server) };
  const began = Date.now();
  await tocsin.advanceTime(Math.floor(life * 0.7));
  // Asked seldom: counting them costs PostgreSQL as much as some renewals.
  while (!(await areAllRefreshed(tocsin, credentials))) await pause(500);
  const took = (Date.now() - began) / 1000;
  const answered = await refreshCounts(tocsin);
  if (answered[200] - before.renewals !== credentials || Object.keys(answered).length !== 1) throw new Error(`not once each: ${JSON.stringify(answered)}`);
  const cpu = (of, then) => `${number(((cpuOf(of) - then) / credentials) * 1e6)} µs`;
  const peak = (await control(tocsin, 'load', undefined, 'GET')).oauth_token;
  row(`${name}: renewed in a second`, number(credentials / took));
  row(`${name}: CPU of one renewal, program / PostgreSQL`, `${cpu(tocsin.service.pid, before.program)} / ${cpu(server, before.postgres)}`);
  row(`${name}: most calls at once, most begun in a second`, `${peak.at_once} (cap 16), ${number(peak.in_a_second)} (cap ${number(rate)} and as many saved up)`);
}

/** Rows that look like credentials, of a thousand organizations; nobody could open them. */
async function fill() {
  await tocsin.sql(`insert into tocsin.organizations (organization_id, slug, name)
    select gen_random_uuid(), 'many-' || n, 'Many ' || n from generate_series(1, 1000) n`);
  await tocsin.sql(`with made as (
      insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason)
      select o.organization_id, gen_random_uuid(), 'oauth', '${host}', 'connected', 'ok'
        from tocsin.organizations o, generate_series(1, ${many / 1000}) where o.slug like 'many-%' returning organization_id, integration_id)
    insert into tocsin.credentials (organization_id, integration_id, access_token_sealed, refresh_token_sealed, issued_at, expires_at, refreshed_at, due_at)
    select organization_id, integration_id, decode(repeat('ab', 120), 'hex'), decode(repeat('cd', 120), 'hex'), tocsin.now(), tocsin.now() + interval '8 hours', tocsin.now(),
           tocsin.now() + interval '1 hour' + random() * interval '4 hours' from made`);
  await tocsin.sql('vacuum analyze tocsin.credentials, tocsin.integrations');
}

/** Milliseconds and number of each of `rounds` claims by the program's own statement, as its role, committed. */
async function claims(rounds) {
  const { name, sql } = statements().find((one) => one.name === 'claim_due_credentials');
  const client = new pg.Client({ connectionString: tocsin.database.superuserUrl });
  await client.connect();
  await client.query('set role tocsin_scheduler');
  const values = [randomUUID(), 45_000, batch, ['oauth', 'public'], host];
  const took = [];
  // The first ones prepare and warm up.
  for (let round = -10; round < rounds; round += 1) {
    const began = performance.now();
    const { rows } = await client.query({ name, text: sql, values });
    if (round >= 0) took.push({ took: performance.now() - began, claimed: rows.length });
  }
  await client.end();
  return took;
}

await connectMany(tocsin, credentials, { lifetime: life });
await renewAll(`${number(credentials)} with one expiry, 250/s allowed, Sentry takes 30 ms`, 250, 30);
await renewAll('the same, as fast as it goes', 10_000, 0);
await tocsin.service.stop();
await fill();
const none = await claims(200);
await tocsin.sql("update tocsin.credentials set due_at = tocsin.now() - random() * interval '1 hour', lease_until = null");
await tocsin.sql('vacuum analyze tocsin.credentials');
const all = await claims(200);
if (none.some((one) => one.claimed !== 0) || all.some((one) => one.claimed !== batch)) throw new Error('the claims are not what they should be');
const times = (of) => `${number(quantile(of.map((one) => one.took), 0.5), 2)} / ${number(quantile(of.map((one) => one.took), 0.99), 2)} ms`;
row(`looking among ${number(many)} of which none is due, p50 / p99`, times(none));
row(`claiming ${batch} of ${number(many)} that are all due, p50 / p99`, times(all));
await tocsin.stop();
