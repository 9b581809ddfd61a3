// Latency of lists, searches, and single incidents through the API, from the first byte sent to the last byte read.
import http from 'node:http';
import { binary, env, formatNumber, outputOf, quantile, round, startTocsin, stop } from './support.mjs';

const tocsin = await startTocsin();
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
const repetitions = 400;
const largest = Number(env.BENCH_INCIDENTS) / 10;
const usual = Math.floor((largest * 9) / (Number(env.BENCH_ORGANIZATIONS) - 1));

async function createToken(slug) {
  const args = ['token', 'create', '--org', slug, '--role', 'viewer', '--name', 'bench'];
  return (await outputOf(binary, args, { TOCSIN_DATABASE_URL: env.BENCH_URL })).trim();
}

function get(slug, token, path) {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const request = http.get({ port: tocsin.port, host: '127.0.0.1', agent, path: `/api/v1/orgs/${slug}/${path}`, headers: { Authorization: `Bearer ${token}` } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`${path}: ${response.statusCode} ${text}`));
        resolve({ duration: Number(process.hrtime.bigint() - began) / 1e6, body: JSON.parse(text) });
      });
    });
    request.on('error', reject);
  });
}

const culprits = ['gateway', 'basket', 'invoice', 'login', 'search', 'upload', 'report', 'mailer'];
const random = (max) => 1 + Math.floor(Math.random() * max);
const randomCulprit = () => culprits[random(8) - 1];
const queries = (count, deepCursor) => [
  ['list of 50', () => 'incidents'],
  ['page 20 of the list', () => `incidents?cursor=${deepCursor}`],
  ['open incidents', () => 'incidents?status=open,acknowledged'],
  ['open critical incidents of a service', () => `incidents?status=open&severity=critical&service=service-${random(20)}`],
  ['unassigned warnings', () => 'incidents?severity=warning&assignee=none'],
  ['search: a rare word', () => `incidents?q=${randomCulprit()}${random(4999)}`],
  ['search: a word and a prefix', () => `incidents?q=paym%20${randomCulprit()}`],
  ['search: a word in a tenth of the incidents', () => 'incidents?q=deadlock'],
  ['search: a word in all incidents', () => 'incidents?q=region'],
  ['a single incident', () => `incidents/${random(count)}`],
  ['its timeline', () => `incidents/${random(count)}/timeline`],
];

async function findDeepCursor(slug, token) {
  let page = (await get(slug, token, 'incidents?limit=200')).body;
  for (let i = 0; i < 20 && page.next_cursor; i += 1) page = (await get(slug, token, `incidents?limit=200&cursor=${page.next_cursor}`)).body;
  return page.next_cursor ?? (await get(slug, token, 'incidents')).body.next_cursor;
}

/** Latencies with two concurrent readers. */
async function measureQuery(slug, token, path) {
  for (let i = 0; i < 10; i += 1) await get(slug, token, path());
  const durations = [];
  await Promise.all([0, 1].map(async () => { for (let i = 0; i < repetitions / 2; i += 1) durations.push((await get(slug, token, path())).duration); }));
  return durations;
}

const figures = {};
if (!round) console.log('| | organization | p50 ms | p99 ms |\n|---|---|---|---|');
for (const [slug, count] of [['bench-1', largest], ['bench-500', usual]]) {
  const token = await createToken(slug);
  const deepCursor = await findDeepCursor(slug, token);
  for (const [name, path] of queries(count, deepCursor)) {
    const durations = await measureQuery(slug, token, path);
    const [p50, p99] = [quantile(durations, 0.5), quantile(durations, 0.99)];
    if (!round) console.log(`| ${name} | ${formatNumber(count)} incidents | ${formatNumber(p50, 1)} | ${formatNumber(p99, 1)} |`);
    figures[`${name}, ${formatNumber(count)} incidents: p50 ms`] = p50;
    figures[`${name}, ${formatNumber(count)} incidents: p99 ms`] = p99;
  }
}
if (round) console.log(JSON.stringify(figures));
agent.destroy();
await stop(tocsin.child);
