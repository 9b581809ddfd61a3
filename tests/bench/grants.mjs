// What a call through a grant costs, compared with the same call made directly; and the shares of grants that call at once.
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import { startTocsin } from '../support/harness.mjs';
import { connectInternal, control } from '../support/steps.mjs';
import { formatNumber, quantile, quick } from './support.mjs';

const calls = quick ? 300 : 2_000;
const grants = 50;
const callsPerGrant = 20;

const tocsin = await startTocsin({ env: { TOCSIN_SENTRY_RATE: '10000' } });
const admin = await tocsin.signInAs('admin');
const { created, integration } = await connectInternal(tocsin, admin, tocsin.org, {});
const path = '/api/0/organizations/northwind/issues/?query=is%3Aunresolved';
const printRow = (...cells) => console.log(`| ${cells.join(' | ')} |`);

async function createGrant(name) {
  const { json: token } = await admin.post(`${tocsin.org.path}/tokens`, { name, role: 'viewer' });
  const wanted = { name, integration_id: integration.id, token_id: token.id, per_minute: 6000, operations: ['list_issues'] };
  const { json: grant } = await admin.post(`${tocsin.org.path}/grants`, wanted);
  return { token: token.token, base: `${tocsin.url}${tocsin.org.path}/grants/${grant.id}/sentry` };
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 2000 });
/** The status and the milliseconds until the whole response has arrived. */
function call(base, token) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get(`${base}${path}`, { agent, headers: { Authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, duration: performance.now() - began }));
    });
    request.on('error', reject);
  });
}

async function measureOverhead() {
  const grant = await createGrant('one caller');
  const [direct, through] = [[], []];
  for (let i = -50; i < calls; i += 1) {
    // In turn, so that both see the same load of the machine. The limit of the grant is for the calls below.
    if (i % 1000 === 0) await tocsin.sql('update tocsin.grants set rate_full_at = null');
    const first = await call(tocsin.sandboxUrl, created.token);
    const second = await call(grant.base, grant.token);
    if (first.status !== 200 || second.status !== 200) throw new Error(`status ${first.status} directly, ${second.status} through the grant`);
    if (i < 0) continue; // connections, prepared statements
    direct.push(first.duration);
    through.push(second.duration);
  }
  printRow('one caller', 'p50', 'p99');
  printRow('---', '---', '---');
  for (const [name, all] of [['directly', direct], ['through a grant', through]]) printRow(name, `${formatNumber(quantile(all, 0.5), 2)} ms`, `${formatNumber(quantile(all, 0.99), 2)} ms`);
  const added = through.map((duration, i) => duration - direct[i]);
  printRow('added', `${formatNumber(quantile(added, 0.5), 2)} ms`, `${formatNumber(quantile(added, 0.99), 2)} ms`);
}

/** All grants call at once; one of them calls as often as all others together. */
async function measureShares() {
  const all = [];
  for (let i = 0; i < grants; i += 1) all.push(await createGrant(`caller ${i}`));
  await control(tocsin, 'faults', { match: 'issues', kind: 'delay', delay_ms: 20, times: 0 });
  const done = [];
  const pending = [];
  const one = async (i) => {
    let response;
    let refused = 0;
    do {
      response = await call(all[i].base, all[i].token);
      if (response.status === 503) {
        refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } while (response.status === 503 && refused < 1000);
    done.push({ grant: i, status: response.status, refused });
  };
  for (let n = 0; n < callsPerGrant; n += 1) for (let i = 0; i < grants; i += 1) pending.push(one(i));
  for (let n = 0; n < callsPerGrant * 10; n += 1) pending.push(one(0)); // the greedy one
  const began = performance.now();
  await Promise.all(pending);
  const seconds = (performance.now() - began) / 1000;
  const failed = done.filter(({ status }) => status !== 200);
  if (failed.length > 0) throw new Error(`${failed.length} calls failed, the first with ${failed[0].status}`);
  // While every grant has calls waiting.
  const half = done.slice(0, (grants * callsPerGrant) / 2);
  const counts = all.map((_, i) => half.filter(({ grant }) => grant === i).length);
  const others = counts.slice(1);
  printRow('', '');
  printRow(`${formatNumber(pending.length)} concurrent calls of ${grants} grants`, `${formatNumber(pending.length / seconds)} per second`);
  printRow('of the first 500: calls of each other grant, fewest / median / most', `${Math.min(...others)} / ${quantile(others, 0.5)} / ${Math.max(...others)}`);
  printRow('of the first 500: calls of the grant with eleven times as many', counts[0]);
  printRow('requests that were asked to come back (503)', formatNumber(done.reduce((sum, { refused }) => sum + refused, 0)));
}

await measureOverhead();
await measureShares();
await tocsin.stop();
process.exit(0);
