// A world as a large organization has it: 700 incidents, 12 services, 6 integrations in all states, 318 projects, 2,000 deliveries, and
// 30 members. People, services, and integrations are made through the API and the sandbox; the many rows are written by SQL.
import assert from 'node:assert/strict';
import { startTocsin } from '../harness.mjs';
import { authorize, connect, connectInternal, connectOauth, control, startConnect } from '../steps.mjs';
import { deliveryRows, incidentRows, people, projectSlugs, services } from './data.mjs';

export const SIZE = { incidents: 700, services: 12, integrations: 6, projects: 318, deliveries: 2_000, members: 30 };
const MAPPED_PROJECTS = 120;
const HOT_ENTRIES = 606;

/** Inserts objects whose members are columns; missing ones have the column's default. */
async function insertRows(tocsin, table, columns, rows) {
  const cell = (column) => (/^(body|body_sha256)$/.test(column) ? `decode(r.${column}, 'hex')` : `r.${column}`);
  const types = new Map((await tocsin.sql(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0`, [`tocsin.${table}`],
  )).map(({ name, type }) => [name, type === 'bytea' ? 'text' : type]));
  const recordset = columns.map((column) => `${column} ${types.get(column)}`).join(', ');
  await tocsin.sql(
    `insert into tocsin.${table} (organization_id, ${columns.join(', ')})
     select $1, ${columns.map(cell).join(', ')} from jsonb_to_recordset($2::jsonb) as r (${recordset})`,
    [tocsin.org.id, JSON.stringify(rows)],
  );
}

async function makePeople(tocsin) {
  for (const [role, name] of Object.entries({ owner: 'Olivia Ortega', admin: 'Amir Haddad', responder: 'Rosa Riedel', viewer: 'Victor Vance' })) {
    await tocsin.sql('update tocsin.users set name = $2 where email = $1', [tocsin.org.people[role].email, name]);
  }
  await tocsin.sql(
    `with made as (
       insert into tocsin.users (user_id, email, name, password_hash)
       select gen_random_uuid(), p.email, p.name, (select password_hash from tocsin.users limit 1)
         from jsonb_to_recordset($2::jsonb) as p (email text, name text)
       returning user_id, email)
     insert into tocsin.members (organization_id, user_id, role)
     select $1, made.user_id, p.role from made join jsonb_to_recordset($2::jsonb) as p (email text, role text) using (email)`,
    [tocsin.org.id, JSON.stringify(people)],
  );
}

async function makeServices(admin, org) {
  const made = new Map();
  for (const [n, service] of services.entries()) {
    const owners = n % 3 === 0 ? [org.people.owner.email, people[n].email] : [];
    const runbook = n % 2 === 0 ? { runbook_url: `https://wiki.example/runbooks/${service.slug}` } : {};
    const response = await admin.post(`${org.path}/services`, { ...service, ...runbook, owners });
    assert.equal(response.status, 201, response.text);
    made.set(service.slug, response.json);
  }
  return made;
}

/** Projects of Northwind beyond those that the sandbox begins with. Returns Northwind's as {id, slug}, and the count of all. */
async function makeProjects(tocsin) {
  const known = (await control(tocsin, 'state', undefined, 'GET')).organizations;
  const missing = SIZE.projects - known.reduce((sum, { projects }) => sum + projects.length, 0);
  const existing = new Set(known.flatMap(({ projects }) => projects.map(({ slug }) => slug)));
  const wanted = projectSlugs(SIZE.projects * 2).filter((slug) => !existing.has(slug)).slice(0, missing);
  for (const slug of wanted) await control(tocsin, 'organizations/northwind/projects', { slug, name: slug });
  const made = (await control(tocsin, 'state', undefined, 'GET')).organizations;
  return {
    count: made.reduce((sum, { projects }) => sum + projects.length, 0),
    projects: made.find(({ slug }) => slug === 'northwind').projects.map(({ id, slug }) => ({ id: String(id), slug })),
  };
}

/** One integration in each state. Returns the connected one. */
async function makeIntegrations(tocsin, admin) {
  const { org } = tocsin;
  await control(tocsin, 'oauth', { user_organizations: null });
  const { integration: choosing, authorize_url: url } = await startConnect(admin, org, { mode: 'oauth' });
  await admin.get(await authorize(tocsin, url));
  await control(tocsin, 'oauth', { user_organizations: ['empire-state'] });
  const degraded = await connectOauth(tocsin, admin, org, { organization: 'empire-state' });
  const connected = await connect(tocsin, admin, org);
  const { integration: refused } = await connectInternal(tocsin, admin, org);
  const { integration: ended } = await connectInternal(tocsin, admin, org, { name: 'Second' });
  await admin.post(`${org.path}/integrations/${ended.id}/disconnect`, {});
  const { integration: waiting } = await startConnect(admin, org, { mode: 'public', sentry_org: 'skyline' });
  const since = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const setStatus = (id, status, reason, hours) => tocsin.sql(
    'update tocsin.integrations set status = $2, status_reason = $3, status_since = $4 where integration_id = $1', [id, status, reason, since(hours)]);
  // No job may repair what is broken here on purpose.
  await tocsin.sql('update tocsin.credentials set due_at = null where integration_id = any($1)', [[degraded.id, refused.id]]);
  await tocsin.sql("update tocsin.credentials set failed_attempts = 5, last_error = '503 from Sentry' where integration_id = $1", [degraded.id]);
  await insertRows(tocsin, 'refresh_attempts', ['integration_id', 'attempt_id', 'fence', 'trigger', 'started_at', 'finished_at', 'outcome', 'http_status', 'detail'],
    Array.from({ length: 5 }, (_, n) => ({
      integration_id: degraded.id, attempt_id: crypto.randomUUID(), fence: n + 1, trigger: 'schedule', started_at: since(1 - n / 10), finished_at: since(1 - n / 10),
      outcome: 'transient', http_status: 503, detail: 'Sentry is not available.',
    })));
  await setStatus(degraded.id, 'degraded', 'refresh_failing', 1);
  await setStatus(refused.id, 'disconnected', 'refused', 30);
  return { connected, degraded, refused, ended, waiting, choosing };
}

/** The entry that opened an incident names the delivery that did. */
function linkDeliveries(timeline, deliveries) {
  const opening = new Map(deliveries.filter(({ outcome }) => outcome === 'opened').map((row) => [row.incident_number, row.delivery_id]));
  for (const entry of timeline) if (entry.kind === 'opened') entry.delivery_id = opening.get(entry.incident_number) ?? null;
}

async function fill(tocsin) {
  const { org } = tocsin;
  const admin = await tocsin.signInAs('admin');
  await makePeople(tocsin);
  const { projects, count } = await makeProjects(tocsin);
  const made = await makeServices(admin, org);
  const integrations = await makeIntegrations(tocsin, admin);
  const slugs = [...made.keys()];
  const mapped = projects.slice(0, MAPPED_PROJECTS).map((project, n) => ({ ...project, service: slugs[n % slugs.length] }));
  const integration = integrations.connected.id;
  await insertRows(tocsin, 'mappings', ['mapping_id', 'integration_id', 'sentry_project_id', 'sentry_project_slug', 'sentry_project_name', 'service_id', 'active', 'environments', 'severity', 'on_archive', 'open_on_error'],
    mapped.map(({ id, slug, service }, n) => ({
      mapping_id: crypto.randomUUID(), integration_id: integration, sentry_project_id: id, sentry_project_slug: slug, sentry_project_name: slug, service_id: made.get(service).id,
      active: n % 17 !== 3, environments: n % 5 === 0 ? ['production'] : [], severity: 'auto', on_archive: 'resolve', open_on_error: false,
    })));
  const now = Date.now();
  const { incidents, timeline } = incidentRows({ count: SIZE.incidents, hotEntries: HOT_ENTRIES, projects: mapped, members: people, now });
  await insertRows(tocsin, 'incidents', ['number', 'service_id', 'integration_id', 'source_kind', 'source_id', 'short_id', 'url', 'project_id', 'project_slug', 'title', 'culprit', 'status', 'severity', 'environment', 'release', 'level', 'opened_at', 'acknowledged_at', 'resolved_at', 'resolution', 'last_seen_at', 'occurrences', 'assignee', 'reopened_count', 'version', 'category', 'sentry_assignee', 'severity_pinned', 'title_pinned', 'is_test', 'assignee_pinned'],
    incidents.map(({ service, ...row }) => ({ reopened_count: 0, severity_pinned: false, title_pinned: false, is_test: false, assignee_pinned: false, ...row, service_id: made.get(service).id, integration_id: row.source_kind === 'manual' ? null : integration })));
  await tocsin.sql(
    'insert into tocsin.incident_counters values ($1, $2) on conflict (organization_id) do update set last_number = $2', [org.id, SIZE.incidents]);
  const deliveries = deliveryRows({ count: SIZE.deliveries, incidents, unmapped: projects.slice(MAPPED_PROJECTS, MAPPED_PROJECTS + 14), integration, installation: integrations.connected.installation_id, now });
  linkDeliveries(timeline, deliveries);
  await insertRows(tocsin, 'timeline', ['incident_number', 'at', 'kind', 'actor_type', 'actor_name', 'from_value', 'to_value', 'text', 'delivery_id'], timeline);
  await insertRows(tocsin, 'deliveries', ['delivery_id', 'received_at', 'integration_id', 'resource', 'action', 'outcome', 'rule', 'request_id', 'hook_timestamp', 'signing_key', 'project_id', 'project_slug', 'source_kind', 'source_id', 'incident_number', 'body', 'body_sha256', 'body_bytes', 'cut'],
    deliveries.map((row) => ({ ...row, cut: false })));
  const owner = await tocsin.signInAs('owner');
  await owner.post(`${org.path}/invitations`, { email: 'lena@acme.example', role: 'responder' });
  await owner.post(`${org.path}/tokens`, { name: 'nightly report', role: 'viewer' });
  await tocsin.sql('analyze');
  return { integrations, services: made, projects: count };
}

/** Starts Tocsin with the world in it. `stop` is the harness's. */
export async function startWorld() {
  const tocsin = await startTocsin();
  try {
    return Object.assign(tocsin, { world: await fill(tocsin) });
  } catch (error) {
    await tocsin.stop().catch(() => {});
    throw error;
  }
}
