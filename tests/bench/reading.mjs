// How long people wait: lists, searches and single incidents through the API, from the first byte sent to the last one read.
import http from 'node:http';
import { end, env, number, outputOf, quantile, root, startTocsin } from './support.mjs';

const tocsin = await startTocsin();
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
const rounds = 400;
const tenth = Number(env.BENCH_INCIDENTS) / 10;
const few = Math.floor((tenth * 9) / (Number(env.BENCH_ORGANIZATIONS) - 1));

async function tokenOf(slug) {
  const text = await outputOf(`${root}build/release/bin/tocsin`, ['token', 'create', '--org', slug, '--role', 'viewer', '--name', 'bench'], { TOCSIN_DATABASE_URL: env.BENCH_URL });
  return text.trim();
}

function get(slug, token, path) {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const request = http.get({ port: tocsin.port, host: '127.0.0.1', agent, path: `/api/v1/orgs/${slug}/${path}`, headers: { Authorization: `Bearer ${token}` } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more) => { text += more; }).on('end', () => {
        if (answer.statusCode !== 200) return reject(new Error(`${path}: ${answer.statusCode} ${text}`));
        resolve({ took: Number(process.hrtime.bigint() - began) / 1e6, body: JSON.parse(text) });
      });
    });
    request.on('error', reject);
  });
}

const places = ['gateway', 'basket', 'invoice', 'login', 'search', 'upload', 'report', 'mailer'];
const any = (most) => 1 + Math.floor(Math.random() * most);
const reads = (count, deep) => [
  ['list of 50', () => 'incidents'],
  ['a page further down', () => `incidents?cursor=${deep}`],
  ['open ones', () => 'incidents?status=open,acknowledged'],
  ['open critical ones of a service', () => `incidents?status=open&severity=critical&service=service-${any(20)}`],
  ['nobody’s warnings', () => 'incidents?severity=warning&assignee=none'],
  ['search: a rare word', () => `incidents?q=${places[any(8) - 1]}${any(4999)}`],
  ['search: two words, one begun', () => `incidents?q=paym%20${places[any(8) - 1]}`],
  ['search: a word of a tenth', () => 'incidents?q=deadlock'],
  ['search: a word of all', () => 'incidents?q=region'],
  ['one incident', () => `incidents/${any(count)}`],
  ['its timeline', () => `incidents/${any(count)}/timeline`],
];

console.log('| | organization | p50 ms | p99 ms |');
console.log('|---|---|---|---|');
for (const [slug, count] of [['bench-1', tenth], ['bench-500', few]]) {
  const token = await tokenOf(slug);
  let page = (await get(slug, token, 'incidents?limit=200')).body;
  for (let i = 0; i < 20 && page.next_cursor; i += 1) page = (await get(slug, token, `incidents?limit=200&cursor=${page.next_cursor}`)).body;
  const deep = page.next_cursor ?? (await get(slug, token, 'incidents')).body.next_cursor;
  for (const [what, path] of reads(count, deep)) {
    for (let i = 0; i < 10; i += 1) await get(slug, token, path());
    const took = [];
    // Two people at once.
    await Promise.all([0, 1].map(async () => { for (let i = 0; i < rounds / 2; i += 1) took.push((await get(slug, token, path())).took); }));
    console.log(`| ${what} | ${number(count)} incidents | ${number(quantile(took, 0.5), 1)} | ${number(quantile(took, 0.99), 1)} |`);
  }
}
agent.destroy();
await end(tocsin.child);
