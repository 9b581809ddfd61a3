// A receiver of Sentry's webhooks as one writes it with Fastify and pg: signature, parse, one transaction of three statements,
// 200. It does the bench's share of Tocsin's work, in two workers.
import cluster from 'node:cluster';
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const workers = 2;
const { PORT, SECRET, DATABASE_URL } = process.env;

const statements = {
  delivery: {
    name: 'delivery',
    text: `insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, signing_key, source_kind, source_id, body_bytes, body, body_sha256)
           select organization_id, $2, integration_id, 'issue', $3, 'updated', 'stored', 'current', 'issue', $4, $5, $6, $7
             from tocsin.installation_owners where sentry_host = 'bench' and installation_id = $1
           returning organization_id, integration_id`,
  },
  incident: {
    name: 'incident',
    text: `insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, title, culprit, status, severity, level, opened_at, last_seen_at)
           values ($1, nextval('tocsin.bench_numbers'), $1, $2, 'issue', $3, $4, $5, 'open', 'error', $6, now(), $7)
           on conflict (organization_id, integration_id, source_kind, source_id) where status <> 'resolved'
           do update set occurrences = incidents.occurrences + 1, last_seen_at = greatest(incidents.last_seen_at, excluded.last_seen_at), version = incidents.version + 1
           returning number`,
  },
  timeline: {
    name: 'timeline',
    text: `insert into tocsin.timeline (organization_id, incident_number, kind, actor_type, actor_name, delivery_id) values ($1, $2, 'updated', 'sentry', 'Sentry', $3)`,
  },
};

async function store(client, body, raw) {
  const { issue } = body.data;
  const id = randomUUID();
  await client.query('begin');
  const digest = createHash('sha256').update(raw).digest();
  const delivery = await client.query({ ...statements.delivery, values: [body.installation.uuid, id, body.action, issue.id, raw.length, raw, digest] });
  const { organization_id: organization, integration_id: integration } = delivery.rows[0];
  const incident = await client.query({ ...statements.incident, values: [organization, integration, issue.id, issue.title, issue.culprit, issue.level, issue.lastSeen] });
  await client.query({ ...statements.timeline, values: [organization, incident.rows[0].number, id] });
  await client.query('commit');
  return id;
}

async function serve() {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10, options: '-c role=tocsin_ingest' });
  const app = Fastify();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/webhooks/sentry', async (request, reply) => {
    const expected = createHmac('sha256', SECRET).update(request.body).digest();
    const given = Buffer.from(request.headers['sentry-hook-signature'] ?? '', 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return reply.code(401).send();
    const client = await pool.connect();
    try {
      const id = await store(client, JSON.parse(request.body), request.body);
      return { status: 'accepted', delivery_id: id };
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    } finally {
      client.release();
    }
  });
  await app.listen({ host: '127.0.0.1', port: Number(PORT) });
  process.send('ready');
}

if (cluster.isPrimary) {
  let ready = 0;
  for (let i = 0; i < workers; i += 1) {
    cluster.fork().on('message', () => {
      ready += 1;
      if (ready === workers) console.log('ready');
    });
  }
} else {
  await serve();
}
