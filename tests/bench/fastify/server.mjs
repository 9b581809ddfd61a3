// A straightforward receiver of Sentry's webhooks with Fastify and pg, in two workers: signature, parsing, a transaction, 200.
// WORK=stores: three statements store delivery, incident, and timeline entry. WORK=same: it also does Tocsin's work for each
// webhook: it finds the receiver and the mapping, detects a repeated body, assigns an incident number without gaps, records the
// last applied delivery, and notifies consoles.
import cluster from 'node:cluster';
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const workers = 2;
const { PORT, SECRET, DATABASE_URL, WORK } = process.env;

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
  receiver: {
    name: 'receiver',
    text: `select i.organization_id, i.integration_id, i.status, i.status_reason, m.service_id, m.environments, m.min_level, m.severity, m.active
             from tocsin.installation_owners o
             join tocsin.integrations i on i.organization_id = o.organization_id and i.integration_id = o.integration_id
             left join tocsin.mappings m on m.organization_id = i.organization_id and m.integration_id = i.integration_id and m.sentry_project_id = $2
            where o.sentry_host = 'bench' and o.installation_id = $1`,
  },
  source: {
    name: 'source',
    text: `insert into tocsin.sources (organization_id, integration_id, source_kind, source_id) values ($1, $2, 'issue', $3)
           on conflict (organization_id, integration_id, source_kind, source_id) do update set had_lifecycle = sources.had_lifecycle
           returning last_body_sha256, last_delivery_id`,
  },
  known: {
    name: 'known',
    text: `update tocsin.incidents set occurrences = occurrences + 1, last_seen_at = greatest(last_seen_at, $4), version = version + 1
            where organization_id = $1 and integration_id = $2 and source_kind = 'issue' and source_id = $3 and status <> 'resolved'
           returning number`,
  },
  number: {
    name: 'number',
    text: `insert into tocsin.incident_counters as c (organization_id, last_number) values ($1, 1)
           on conflict (organization_id) do update set last_number = c.last_number + 1 returning last_number`,
  },
  opened: {
    name: 'opened',
    text: `insert into tocsin.incidents (organization_id, number, service_id, integration_id, source_kind, source_id, title, culprit, status, severity, level, opened_at, last_seen_at)
           values ($1, $2, $3, $4, 'issue', $5, $6, $7, 'open', 'error', $8, now(), $9)`,
  },
  stored: {
    name: 'stored',
    text: `insert into tocsin.deliveries (organization_id, delivery_id, integration_id, resource, action, outcome, rule, signing_key, source_kind, source_id, incident_number, body_bytes, body, body_sha256)
           values ($1, $2, $3, 'issue', $4, $5, 'stored', 'current', 'issue', $6, $7, $8, $9, $10)`,
  },
  applied: {
    name: 'applied',
    text: `update tocsin.sources set last_delivery_id = $4, last_body_sha256 = $5, last_incident = $6
            where organization_id = $1 and integration_id = $2 and source_kind = 'issue' and source_id = $3`,
  },
  notify: { name: 'notify', text: `select pg_notify('tocsin_changes', $1)` },
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

async function storeAndDecide(client, body, raw) {
  const { issue } = body.data;
  const id = randomUUID();
  await client.query('begin');
  const digest = createHash('sha256').update(raw).digest();
  const { rows: [receiver] } = await client.query({ ...statements.receiver, values: [body.installation.uuid, issue.project.id] });
  const key = [receiver.organization_id, receiver.integration_id, issue.id];
  const { rows: [last] } = await client.query({ ...statements.source, values: key });
  const isDuplicate = last.last_body_sha256?.equals(digest) ?? false;
  let outcome = isDuplicate ? 'duplicate' : 'updated';
  let number;
  if (!isDuplicate) {
    const { rows: [known] } = await client.query({ ...statements.known, values: [...key, issue.lastSeen] });
    number = known?.number;
    if (!number) {
      outcome = 'opened';
      number = (await client.query({ ...statements.number, values: [receiver.organization_id] })).rows[0].last_number;
      await client.query({ ...statements.opened, values: [receiver.organization_id, number, receiver.service_id, receiver.integration_id, issue.id, issue.title, issue.culprit, issue.level, issue.lastSeen] });
    }
    await client.query({ ...statements.timeline, values: [receiver.organization_id, number, id] });
    await client.query({ ...statements.applied, values: [...key, id, digest, number] });
  }
  await client.query({ ...statements.stored, values: [receiver.organization_id, id, receiver.integration_id, body.action, outcome, issue.id, number, raw.length, raw, digest] });
  await client.query({ ...statements.notify, values: [`incident ${receiver.organization_id} ${number}`] });
  await client.query('commit');
  return id;
}

async function serve() {
  const handle = WORK === 'same' ? storeAndDecide : store;
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10, options: '-c role=tocsin_ingest' });
  const app = Fastify();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/webhooks/sentry', async (request, reply) => {
    const expected = createHmac('sha256', SECRET).update(request.body).digest();
    const signature = Buffer.from(request.headers['sentry-hook-signature'] ?? '', 'hex');
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return reply.code(401).send();
    const client = await pool.connect();
    try {
      const id = await handle(client, JSON.parse(request.body), request.body);
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
