// The cost of refreshing tokens: refreshes per second, CPU time of a refresh, and the time to claim a batch among many credentials.
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { areAllRefreshed, bulkEnv, connectMany, refreshCounts } from '../support/bulk_connections.mjs';
import { startTocsin } from '../support/harness.mjs';
import { statements } from '../support/sql_statements.mjs';
import { clearFaults, control } from '../support/steps.mjs';
import { cpuOf, formatNumber, quantile, quick, round, serverPid } from './support.mjs';

const credentials = quick || round ? 1_000 : 10_000;
const claimable = 100_000;
const lifetime = 8 * 3600;
const batchSize = 16;
const host = 'http://127.0.0.1:9';

const tocsin = await startTocsin({ env: bulkEnv });
const server = await serverPid((query) => tocsin.value(query));
const printRow = (name, value) => console.log(`| ${name} | ${value} |`);

/** Lets all credentials become due and measures their refresh. */
async function measureRefresh(rate, delay) {
  await tocsin.restart({ TOCSIN_SENTRY_RATE: String(rate) });
  await clearFaults(tocsin);
  if (delay) await control(tocsin, 'faults', { match: 'oauth_token', kind: 'delay', delay_ms: delay, times: 0 });
  await control(tocsin, 'load', undefined, 'DELETE');
  const before = { refreshes: (await refreshCounts(tocsin))[200] ?? 0, program: cpuOf(tocsin.service.pid), postgres: cpuOf(server) };
  const began = Date.now();
  await tocsin.advanceTime(Math.floor(lifetime * 0.7));
  // Polled rarely, because each check costs PostgreSQL as much as some refreshes.
  while (!(await areAllRefreshed(tocsin, credentials))) await pause(500);
  const seconds = (Date.now() - began) / 1000;
  const counts = await refreshCounts(tocsin);
  if (counts[200] - before.refreshes !== credentials || Object.keys(counts).length !== 1) throw new Error(`not exactly one refresh each: ${JSON.stringify(counts)}`);
  const cpu = (pid, earlier) => ((cpuOf(pid) - earlier) / credentials) * 1e6;
  const load = (await control(tocsin, 'load', undefined, 'GET')).oauth_token;
  return { rate: credentials / seconds, program: cpu(tocsin.service.pid, before.program), postgres: cpu(server, before.postgres), load };
}

function printRefresh(name, result, limit) {
  printRow(`${name}: refreshes per second`, formatNumber(result.rate));
  printRow(`${name}: CPU per refresh, program / PostgreSQL`, `${formatNumber(result.program)} µs / ${formatNumber(result.postgres)} µs`);
  printRow(`${name}: most concurrent calls, most in a second`, `${result.load.at_once} (limit 16), ${formatNumber(result.load.in_a_second)} (limit ${formatNumber(limit)} and a burst of as many)`);
}

/** Adds rows of credentials, for a thousand organizations. Their tokens cannot be decrypted. */
async function addCredentials() {
  await tocsin.sql(`insert into tocsin.organizations (organization_id, slug, name)
    select gen_random_uuid(), 'many-' || n, 'Many ' || n from generate_series(1, 1000) n`);
  await tocsin.sql(`with created as (
      insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason)
        select o.organization_id, gen_random_uuid(), 'oauth', '${host}', 'connected', 'ok'
        from tocsin.organizations o, generate_series(1, ${claimable / 1000}) where o.slug like 'many-%' returning organization_id, integration_id)
    insert into tocsin.credentials (organization_id, integration_id, access_token_sealed, refresh_token_sealed, issued_at, expires_at, refreshed_at, due_at)
    select organization_id, integration_id, decode(repeat('ab', 120), 'hex'), decode(repeat('cd', 120), 'hex'), tocsin.now(), tocsin.now() + interval '8 hours', tocsin.now(),
           tocsin.now() + interval '1 hour' + random() * interval '4 hours' from created`);
  await tocsin.sql('vacuum analyze tocsin.credentials, tocsin.integrations');
}

/** Runs the program's statement, under its role and with a commit each. Returns the milliseconds and the number of rows of each claim. */
async function measureClaims(count) {
  const { name, sql } = statements().find((statement) => statement.name === 'claim_due_credentials');
  const client = new pg.Client({ connectionString: tocsin.database.superuserUrl });
  await client.connect();
  await client.query('set role tocsin_scheduler');
  const values = [randomUUID(), 45_000, batchSize, ['oauth', 'public'], host];
  const claims = [];
  // The first claims prepare the statement and warm caches.
  for (let i = -10; i < count; i += 1) {
    const began = performance.now();
    const { rows } = await client.query({ name, text: sql, values });
    if (i >= 0) claims.push({ duration: performance.now() - began, claimed: rows.length });
  }
  await client.end();
  return claims;
}

async function runClaims() {
  await tocsin.service.stop();
  await addCredentials();
  const noneDue = await measureClaims(200);
  await tocsin.sql("update tocsin.credentials set due_at = tocsin.now() - random() * interval '1 hour', lease_until = null");
  await tocsin.sql('vacuum analyze tocsin.credentials');
  const allDue = await measureClaims(200);
  if (noneDue.some(({ claimed }) => claimed !== 0) || allDue.some(({ claimed }) => claimed !== batchSize)) throw new Error('a claim returned an unexpected number of rows');
  const format = (claims) => [0.5, 0.99].map((share) => formatNumber(quantile(claims.map(({ duration }) => duration), share), 2)).join(' / ');
  printRow(`a claim among ${formatNumber(claimable)} credentials, none due, p50 / p99`, `${format(noneDue)} ms`);
  printRow(`a claim of ${batchSize} among ${formatNumber(claimable)} credentials, all due, p50 / p99`, `${format(allDue)} ms`);
}

await connectMany(tocsin, credentials, { lifetime });
if (round) {
  const { rate, program, postgres } = await measureRefresh(10_000, 0);
  console.log(JSON.stringify({ 'refreshes/s': rate, 'µs CPU of the program each': program, 'µs CPU of PostgreSQL each': postgres }));
} else {
  console.log('| | |\n|---|---|');
  printRefresh(`${formatNumber(credentials)} tokens with the same expiry, limit 250/s, Sentry takes 30 ms`, await measureRefresh(250, 30), 250);
  printRefresh('the same without limit', await measureRefresh(10_000, 0), 10_000);
  await runClaims();
}
await tocsin.stop();
