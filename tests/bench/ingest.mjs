// Webhooks per second: Tocsin, a baseline of the same statements, and a service on Fastify, interleaved in one run.
import pg from '../node_modules/pg/esm/index.mjs';
import { cpuOf, env, formatNumber, freePort, median, outputOf, quick, root, round, secret, sentryUrl, serverPid, start, startTocsin, stop, waitForOutput } from './support.mjs';

const seconds = quick ? 3 : 6;
const rounds = quick ? 1 : 3;
let seed = 0;

// --- measuring ---------------------------------------------------------------------------------------------------------

const database = new pg.Client({ connectionString: env.BENCH_SUPERUSER_URL });
await database.connect();
const server = await serverPid(async (query) => Object.values((await database.query(query)).rows[0])[0]);

/** Adds the CPU time of program and PostgreSQL per accepted webhook, in microseconds, to the result of `work`. */
async function measureCpu(pid, work) {
  const before = { program: pid ? cpuOf(pid) : 0, postgres: cpuOf(server) };
  const result = await work();
  const cost = (after, earlier) => ((after - earlier) * 1e6) / result.accepted;
  return { ...result, program: pid ? cost(cpuOf(pid), before.program) : undefined, postgres: cost(cpuOf(server), before.postgres) };
}

async function sendLoad(receiver, { connections, rate = 0, mode = 'spread', time = seconds }) {
  seed += 1;
  const args = [receiver.port, secret, time, connections, rate, env.BENCH_ORGANIZATIONS, env.BENCH_KNOWN, mode, seed + Date.now()];
  const result = await measureCpu(receiver.child.pid, async () => JSON.parse(await outputOf(`${root}build/release/bin/bench_ingest`, args.map(String))));
  if (result.unexpected > 0 || result.accepted === 0) throw new Error(`unexpected responses: ${JSON.stringify(result)}`);
  return result;
}

async function startFastify(work) {
  const port = freePort();
  const child = start(process.execPath, [`${root}tests/bench/fastify/server.mjs`], { PORT: String(port), SECRET: secret, DATABASE_URL: env.BENCH_URL, WORK: work });
  child.stderr.resume();
  let output = '';
  child.stdout.on('data', (chunk) => { output += chunk; });
  await waitForOutput(child, () => output, /^ready$/m);
  return { child, port };
}

const body = Array.from({ length: 60 }, (_, i) => `"sdk.package.${(i * 7919) % 1000000}":{"filename":"checkout/gateway/charge_${(i * 104729) % 1000000}.py","function":"charge","in_app":true}`).join(',').slice(0, 6000);

async function runBaseline(clients) {
  const args = ['-n', '-M', 'prepared', '-c', clients, '-j', 2, '-T', seconds, '-f', `${root}tests/bench/baseline.sql`,
    '-D', `organizations=${env.BENCH_ORGANIZATIONS}`, '-D', `known=${env.BENCH_KNOWN}`, '-D', `body=${body}`, env.BENCH_URL];
  return measureCpu(undefined, async () => {
    const text = await outputOf(env.BENCH_PGBENCH, args.map(String), { PGOPTIONS: '-c role=tocsin_ingest -c jit=off -c search_path=pg_catalog' });
    const accepted = Number(/transactions actually processed: (\d+)/.exec(text)[1]);
    return { accepted, rate: Number(/tps = ([\d.]+)/.exec(text)[1]), p50: Number(/latency average = ([\d.]+)/.exec(text)[1]) };
  });
}

/** The program's batches, by two writers, without HTTP, signatures, and parsing. */
async function runBatches(size) {
  seed += 1;
  const args = [env.BENCH_URL, sentryUrl, seconds, size, env.BENCH_ORGANIZATIONS, env.BENCH_KNOWN, seed + Date.now()];
  return measureCpu(undefined, async () => JSON.parse(await outputOf(`${root}build/release/bin/bench_batches`, args.map(String))));
}

/** The number of clients or connections with the highest rate. */
async function findBest(counts, usual, run) {
  if (quick) return usual;
  const tried = [];
  for (const count of counts) tried.push({ count, rate: (await run(count)).rate });
  return tried.sort((a, b) => b.rate - a.rate)[0].count;
}

function printRow(name, results, base) {
  const middle = (figure) => (results[0][figure] === undefined ? undefined : median(results.map((result) => result[figure])));
  const ratio = base ? `${formatNumber(middle('rate') / base, 2)} ×` : '';
  const refused = results.reduce((sum, result) => sum + (result.refused ?? 0), 0);
  console.log(`| ${name} | ${formatNumber(middle('rate'))} | ${ratio} | ${formatNumber(middle('p50'), 1)} / ${formatNumber(middle('p99'), 1)} | ${formatNumber(middle('program'))} / ${formatNumber(middle('postgres'))} | ${refused} |`);
}

// --- runs --------------------------------------------------------------------------------------------------------------

/** For `tests/bench/run compare`. */
async function runRound() {
  const tocsin = await startTocsin();
  await sendLoad(tocsin, { connections: 64, time: 2 });
  const figures = {};
  for (const [name, options] of [['256 connections', { connections: 256 }], ['storm', { connections: 256, mode: 'storm' }]]) {
    const result = await sendLoad(tocsin, options);
    figures[`${name}: webhooks/s`] = result.rate;
    figures[`${name}: p50 ms`] = result.p50;
    figures[`${name}: p99 ms`] = result.p99;
    figures[`${name}: µs CPU of the program each`] = result.program;
    figures[`${name}: µs CPU of PostgreSQL each`] = result.postgres;
  }
  console.log(JSON.stringify(figures));
  await stop(tocsin.child);
}

async function runAll() {
  const tocsin = await startTocsin();
  const fastify = await startFastify('stores');
  const equivalent = await startFastify('same');
  // Prepares statements and warms caches.
  for (const receiver of [tocsin, fastify, equivalent]) await sendLoad(receiver, { connections: 64, time: 2 });

  const clients = await findBest([8, 16, 32], 16, runBaseline);
  const workers = await findBest([32, 64, 128], 64, (connections) => sendLoad(fastify, { connections }));
  const many = await findBest([256, 512, 1024], 512, (connections) => sendLoad(tocsin, { connections }));
  const all = { baseline: [], tocsin: [], usual: [], fastify: [], equivalent: [], storm: [], batches: [] };
  for (let i = 0; i < rounds; i += 1) {
    all.baseline.push(await runBaseline(clients));
    all.tocsin.push(await sendLoad(tocsin, { connections: many }));
    all.fastify.push(await sendLoad(fastify, { connections: workers }));
    all.usual.push(await sendLoad(tocsin, { connections: 256 }));
    all.equivalent.push(await sendLoad(equivalent, { connections: workers }));
    all.batches.push(await runBatches(256));
    all.storm.push(await sendLoad(tocsin, { connections: many, mode: 'storm' }));
  }
  const rateOf = (name) => median(all[name].map((result) => result.rate));
  const peak = rateOf('tocsin');

  console.log('| | webhooks/s | | p50 / p99 ms | µs CPU each: program / PostgreSQL | refused |');
  console.log('|---|---|---|---|---|---|');
  printRow(`baseline: pgbench, ${clients} clients (mean latency)`, all.baseline);
  printRow(`Fastify and pg, three statements, ${workers} connections; relative to the baseline`, all.fastify, rateOf('baseline'));
  printRow('Fastify and pg, the same work as Tocsin; relative to the baseline', all.equivalent, rateOf('baseline'));
  printRow(`**Tocsin, ${many} connections**; relative to the baseline`, all.tocsin, rateOf('baseline'));
  printRow('Tocsin relative to Fastify with three statements', all.tocsin, rateOf('fastify'));
  printRow('Tocsin relative to Fastify with the same work', all.tocsin, rateOf('equivalent'));
  printRow('batches of 256 without HTTP; relative to the baseline', all.batches, rateOf('baseline'));
  printRow('Tocsin relative to batches without HTTP', all.tocsin, rateOf('batches'));
  printRow('Tocsin, 256 connections; relative to the baseline', all.usual, rateOf('baseline'));
  printRow('a storm of one issue; relative to the peak', all.storm, peak);
  if (!quick) printRow('64 connections; relative to the peak', [await sendLoad(tocsin, { connections: 64 })], peak);
  printRow('open loop, half the peak', [await sendLoad(tocsin, { connections: 512, rate: peak / 2 })], peak);
  printRow('open loop, a quarter of the peak', [await sendLoad(tocsin, { connections: 512, rate: peak / 4 })], peak);
  printRow('ten times the usual connections: 2,560', [await sendLoad(tocsin, { connections: 2560 })], peak);

  // Simulates a disk that takes 2 ms for each flush.
  await database.query('alter system set commit_delay = 2000');
  await database.query('alter system set commit_siblings = 0');
  await database.query('select pg_reload_conf()');
  printRow('2 ms more for each flush: baseline', [await runBaseline(clients)], rateOf('baseline'));
  printRow(`2 ms more for each flush: Tocsin, ${many} connections`, [await sendLoad(tocsin, { connections: many })], peak);

  for (const { child } of [tocsin, fastify, equivalent]) await stop(child);
}

await (round ? runRound() : runAll());
await database.end();
