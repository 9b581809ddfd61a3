// Webhooks a second: Tocsin against a floor of the same statements and against a service on Fastify, interleaved in one run.
import pg from '../node_modules/pg/esm/index.mjs';
import { awaitWord, begin, cpuOf, end, env, freePort, median, number, outputOf, quick, root, secret, sentryUrl, startTocsin } from './support.mjs';

const seconds = quick ? 3 : 6;
const rounds = quick ? 1 : 3;
let seed = 0;

// --- what is measured ------------------------------------------------------------------------------------------------
const database = new pg.Client({ connectionString: env.BENCH_SUPERUSER_URL });
await database.connect();
// The server's process stands between this one and its launcher only where it was started by another user.
const server = Number(await database.query("select pg_read_file('postmaster.pid', 0, 20)").then(({ rows }) => rows[0].pg_read_file.split('\n')[0]));

/** CPU of program and PostgreSQL around `work`, which answers { accepted, ... }. */
async function measured(pid, work) {
  const before = { program: pid ? cpuOf(pid) : 0, postgres: cpuOf(server) };
  const result = await work();
  const cost = (after, from) => ((after - from) * 1e6) / result.accepted;
  return { ...result, program: pid ? cost(cpuOf(pid), before.program) : undefined, postgres: cost(cpuOf(server), before.postgres) };
}

async function load(receiver, { connections, rate = 0, mode = 'spread', time = seconds }) {
  seed += 1;
  const args = [receiver.port, secret, time, connections, rate, env.BENCH_ORGANIZATIONS, env.BENCH_KNOWN, mode, seed + Date.now()];
  const result = await measured(receiver.child.pid, async () => JSON.parse(await outputOf(`${root}build/release/bin/bench_ingest`, args.map(String))));
  if (result.odd > 0 || result.accepted === 0) throw new Error(`unexpected answers: ${JSON.stringify(result)}`);
  return result;
}

async function startFastify(work) {
  const port = freePort();
  const child = begin(process.execPath, [`${root}tests/bench/fastify/server.mjs`], { PORT: String(port), SECRET: secret, DATABASE_URL: env.BENCH_URL, WORK: work });
  child.stderr.resume();
  let said = '';
  child.stdout.on('data', (chunk) => { said += chunk; });
  await awaitWord(child, () => said, /^ready$/m);
  return { child, port };
}

const filler = Array.from({ length: 60 }, (_, i) => `"sdk.package.${(i * 7919) % 1000000}":{"filename":"checkout/gateway/charge_${(i * 104729) % 1000000}.py","function":"charge","in_app":true}`).join(',').slice(0, 6000);

async function floor(clients) {
  const args = ['-n', '-M', 'prepared', '-c', clients, '-j', 2, '-T', seconds, '-f', `${root}tests/bench/floor.sql`,
    '-D', `organizations=${env.BENCH_ORGANIZATIONS}`, '-D', `known=${env.BENCH_KNOWN}`, '-D', `body=${filler}`, env.BENCH_URL];
  return measured(undefined, async () => {
    const text = await outputOf(env.BENCH_PGBENCH, args.map(String), { PGOPTIONS: '-c role=tocsin_ingest -c jit=off -c search_path=pg_catalog' });
    const accepted = Number(/transactions actually processed: (\d+)/.exec(text)[1]);
    return { accepted, rate: Number(/tps = ([\d.]+)/.exec(text)[1]), p50: Number(/latency average = ([\d.]+)/.exec(text)[1]) };
  });
}

/** Batches by two writers, without HTTP, signatures and parsing: `of` webhooks a batch. */
async function batches(of) {
  seed += 1;
  const args = [env.BENCH_URL, sentryUrl, seconds, of, env.BENCH_ORGANIZATIONS, env.BENCH_KNOWN, seed + Date.now()];
  return measured(undefined, async () => JSON.parse(await outputOf(`${root}build/release/bin/bench_batches`, args.map(String))));
}

const lines = [];
const show = (text) => { lines.push(text); console.log(text); };
function row(what, results, base) {
  const of = (name) => (results[0][name] === undefined ? undefined : median(results.map((one) => one[name])));
  const ratio = base ? `${number(of('rate') / base, 2)} ×` : '';
  const refused = results.reduce((sum, one) => sum + (one.refused ?? 0), 0);
  show(`| ${what} | ${number(of('rate'))} | ${ratio} | ${number(of('p50'), 1)} / ${number(of('p99'), 1)} | ${number(of('program'))} / ${number(of('postgres'))} | ${refused} |`);
}

// --- the run -----------------------------------------------------------------------------------------------------------
const tocsin = await startTocsin();
const fastify = await startFastify('stores');
const alike = await startFastify('same');
// Statements are prepared, caches are warm.
for (const one of [tocsin, fastify, alike]) await load(one, { connections: 64, time: 2 });

/** Of these numbers of clients or connections, the one that a contestant is fastest with. */
async function best(counts, usual, run) {
  if (quick) return usual;
  const tried = [];
  for (const count of counts) tried.push({ count, rate: (await run(count)).rate });
  return tried.sort((a, b) => b.rate - a.rate)[0].count;
}
const clients = await best([8, 16, 32], 16, floor);
const workers = await best([32, 64, 128], 64, (connections) => load(fastify, { connections }));
const many = await best([256, 512, 1024], 512, (connections) => load(tocsin, { connections }));
const all = { floor: [], tocsin: [], usual: [], fastify: [], alike: [], storm: [], batches: [] };
for (let round = 0; round < rounds; round += 1) {
  all.floor.push(await floor(clients));
  all.tocsin.push(await load(tocsin, { connections: many }));
  all.fastify.push(await load(fastify, { connections: workers }));
  all.usual.push(await load(tocsin, { connections: 256 }));
  all.alike.push(await load(alike, { connections: workers }));
  all.batches.push(await batches(256));
  all.storm.push(await load(tocsin, { connections: many, mode: 'storm' }));
}
const rate = (name) => median(all[name].map((one) => one.rate));
const peak = rate('tocsin');

show('| | webhooks/s | | p50 / p99 ms | µs CPU each: program / PostgreSQL | refused |');
show('|---|---|---|---|---|---|');
row(`floor: pgbench, ${clients} clients (mean latency)`, all.floor);
row(`Fastify and pg, three statements, ${workers} connections, against the floor`, all.fastify, rate('floor'));
row('Fastify and pg, the same work as Tocsin, against the floor', all.alike, rate('floor'));
row(`**Tocsin, ${many} connections**, against the floor`, all.tocsin, rate('floor'));
row('the same against Fastify with three statements', all.tocsin, rate('fastify'));
row('the same against Fastify with the same work', all.tocsin, rate('alike'));
row('batches of 256 alone, without HTTP, against the floor', all.batches, rate('floor'));
row('**Tocsin** against these', all.tocsin, rate('batches'));
row('256 connections, against the floor', all.usual, rate('floor'));
row('a storm of one issue, against spread', all.storm, peak);
if (!quick) row('64 connections, against the peak', [await load(tocsin, { connections: 64 })], peak);
row('open loop, half the peak', [await load(tocsin, { connections: 512, rate: peak / 2 })], peak);
row('open loop, a quarter of the peak', [await load(tocsin, { connections: 512, rate: peak / 4 })], peak);
row('ten times the usual connections: 2,560', [await load(tocsin, { connections: 2560 })], peak);

// A disk that takes 2 ms for each flush: the server waits so long before it.
await database.query('alter system set commit_delay = 2000');
await database.query('alter system set commit_siblings = 0');
await database.query('select pg_reload_conf()');
row('2 ms more for each flush: floor', [await floor(clients)], rate('floor'));
row(`2 ms more for each flush: Tocsin, ${many} connections`, [await load(tocsin, { connections: many })], peak);

await end(tocsin.child);
await end(fastify.child);
await end(alike.child);
await database.end();
