// The content of the world: services, people, projects, incidents, timelines, and deliveries as rows of the database. Everything is
// derived from a fixed seed, and all times are relative to `now`.
import { createHash, randomBytes } from 'node:crypto';
import { IssueBodies, sentryJson } from '../webhook.mjs';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Numbers from 0 (inclusive) to 1, the same ones in each run (mulberry32). */
export function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = seededRandom(15);
const pick = (list) => list[Math.floor(random() * list.length)];
const between = (low, high) => low + Math.floor(random() * (high - low));

export const services = [
  ['checkout', 'Checkout', 'Cart, payment, and orders. Page the payments team.'],
  ['storefront', 'Storefront', 'The shop that customers see.'],
  ['search', 'Search', 'Suggestions, facets, and the index.'],
  ['accounts', 'Accounts and sign-in', 'Sessions, passwords, and single sign-on.'],
  ['billing', 'Billing', ''],
  ['notifications', 'Notifications', 'Email and push messages to customers.'],
  ['warehouse', 'Warehouse', 'Stock and picking.'],
  ['mobile-api', 'Mobile API', 'What the apps call.'],
  ['recommendations', 'Recommendations', ''],
  ['data-pipeline', 'Data pipeline', 'Nightly exports and reports.'],
  ['internal-tools', 'Internal tools', ''],
  ['customer-relationship-and-loyalty', 'Customer relationship management and loyalty program', 'A long name, as organizations have them.'],
].map(([slug, name, description]) => ({ slug, name, description }));

const given_names = ['Ada', 'Björn', 'Chiara', 'Dmitri', 'Elif', 'Fatima', 'Grace', 'Hiroshi', 'Ines', 'Jakub', 'Kofi', 'Lena', 'Mateo'];
const family_names = ['Okafor', 'Lindqvist', 'Rossi', 'Nakamura', 'Szczepańska-Wiśniewska', 'Costa'];

/** People beyond those of the harness. */
export const people = Array.from({ length: 26 }, (_, n) => {
  const name = `${given_names[n % given_names.length]} ${family_names[n % family_names.length]}`;
  return { email: `${name.toLowerCase().normalize('NFKD').replace(/[^a-z]+/g, '.')}.${n}@acme.example`, name, role: n % 9 === 0 ? 'admin' : n % 4 === 0 ? 'viewer' : 'responder' };
});

const platforms = ['web', 'api', 'worker', 'ios', 'android', 'cron', 'edge', 'admin', 'export'];

/** Slugs of Sentry projects: the first ones have the names of services. */
export const projectSlugs = (count) => Array.from({ length: count }, (_, n) => {
  const service = services[n % services.length].slug;
  return n < services.length ? service : `${service}-${platforms[Math.floor(n / services.length) % platforms.length]}${n >= 108 ? `-${Math.floor(n / 108) + 1}` : ''}`;
});

const titles = [
  ['fatal', 'DatabaseError: remaining connection slots are reserved for superuser connections'],
  ['error', "TypeError: Cannot read properties of undefined (reading 'total')"],
  ['error', 'TimeoutError: session store did not answer within 2000 ms'],
  ['warning', 'SlowQuery: suggestions took longer than 1500 ms'],
  ['error', 'IntegrityError: duplicate key value violates unique constraint "users_email_key"'],
  ['fatal', 'PaymentDeclined: the provider refused all cards since the deployment'],
  ['error', '<img src=x onerror=alert(1)> is not a valid facet \u202egnp.exe'],
  ['info', 'BounceRate: receipts above 2 %'],
  ['error', 'ChunkLoadError: Loading chunk 7 failed.'],
  ['warning', 'DeprecationWarning: the old tax endpoint is called by mobile-android 4.1'],
  ['error', `KeyError: ${'very_long_identifier_without_any_space_'.repeat(4)}`],
  ['error', 'ConnectionResetError: [Errno 104] Connection reset by peer while reading the response of the fraud check, which is retried twice before the order is put on hold'],
  ['fatal', 'OutOfMemoryError: Java heap space'],
  ['error', '注文を処理できません: 在庫サービスが応答しません'],
];

const severityOf = { fatal: 'critical', error: 'error', warning: 'warning', info: 'info' };

/** Ids that grow with their time, as the program makes them (UUID version 7). */
function idAt(time) {
  const hex = `${Math.floor(time).toString(16).padStart(12, '0')}7${randomBytes(10).toString('hex').slice(0, 3)}8${randomBytes(10).toString('hex').slice(0, 15)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const iso = (time) => new Date(time).toISOString();

function statusFields(n, opened, now, person) {
  const roll = n % 10;
  if (n === 1 || roll < 4) return { status: 'open' };
  const acknowledged = Math.min(opened + between(1, 40) * MINUTE, now);
  if (roll < 6) return { status: 'acknowledged', acknowledged_at: iso(acknowledged), assignee: person.email };
  const resolved = Math.min(acknowledged + between(5, 300) * MINUTE, now);
  return {
    status: 'resolved', acknowledged_at: iso(acknowledged), resolved_at: iso(resolved), assignee: person.email,
    resolution: pick(['person', 'sentry', 'archived']),
  };
}

/** One incident: age 1 is the newest. Three quarters of all are from the last two days. */
function incidentAt(age, number, now, project, members) {
  const opened = now - (age < 525 ? age * 5 * MINUTE + between(0, 3 * MINUTE) : 2 * DAY + (age - 525) * 6 * HOUR);
  const [level, title] = titles[(age * 5) % titles.length];
  const state = statusFields(age, opened, now, pick(members));
  const isManual = age % 53 === 0;
  const base = {
    number, title: isManual ? 'Customers report that orders are missing' : title, severity: severityOf[level], opened_at: iso(opened), service: project.service,
    last_seen_at: iso(Math.max(opened, Math.min(state.resolved_at ? Date.parse(state.resolved_at) : now - between(0, 20) * MINUTE, now))),
    occurrences: isManual ? 1 : Math.ceil(10 ** (random() * 4)), version: 1, ...state,
  };
  if (isManual) return { ...base, source_kind: 'manual' };
  return {
    ...base, source_kind: 'issue', source_id: String(880_000 + number), short_id: `${project.slug.slice(0, 40).toUpperCase()}-${number.toString(36).toUpperCase()}`,
    url: `https://northwind.sentry.example/issues/${880_000 + number}/`, project_id: project.id, project_slug: project.slug, category: 'error', level,
    environment: age % 7 === 0 ? 'staging' : 'production', release: `shop@4.${18 + (age % 4)}.${age % 9}`, culprit: 'checkout.gateway in charge',
    reopened_count: age % 11 === 0 ? 2 : 0, sentry_assignee: age % 13 === 0 ? 'team-payments' : null,
  };
}

const entry = (incident, at, kind, fields = {}) => ({ incident_number: incident.number, at, kind, actor_type: 'sentry', actor_name: 'Sentry', ...fields });
const byPerson = (incident) => ({ actor_type: 'user', actor_name: incident.assignee ?? 'Ada Okafor' });

function timelineOf(incident) {
  const entries = [entry(incident, incident.opened_at, 'opened', incident.source_kind === 'manual' ? byPerson(incident) : { text: 'Alert rule “Errors in production”' })];
  if (incident.acknowledged_at) entries.push(entry(incident, incident.acknowledged_at, 'acknowledged', { ...byPerson(incident), from_value: 'open', to_value: 'acknowledged' }));
  if (incident.acknowledged_at && incident.number % 3 === 0) {
    entries.push(entry(incident, incident.acknowledged_at, 'noted', { ...byPerson(incident), text: 'Graphs: https://graphs.example/d/checkout?from=now-1h and the runbook https://wiki.example/runbooks/payments' }));
  }
  if (incident.resolved_at) {
    const isPerson = incident.resolution === 'person';
    entries.push(entry(incident, incident.resolved_at, incident.resolution === 'archived' ? 'archived' : 'resolved', { ...(isPerson ? byPerson(incident) : {}), to_value: 'resolved', text: isPerson ? 'Rolled back.' : null }));
  }
  return entries;
}

/** A hot incident: hundreds of alerts of one rule within an hour. */
const repeatedAlerts = (incident, count) => Array.from({ length: count }, (_, n) =>
  entry(incident, iso(Date.parse(incident.opened_at) + (n + 1) * 400), 'alert_attached', { actor_name: 'High volume', text: 'High volume' }));

/** `projects`: the mapped ones as {id, slug, service}; `members`: as {email}. */
export function incidentRows({ count, hotEntries, projects, members, now }) {
  const incidents = Array.from({ length: count }, (_, n) => incidentAt(count - n, n + 1, now, projects[(n * 7) % projects.length], members));
  const hot = incidents.at(-1);
  Object.assign(hot, { title: titles[0][1], severity: 'critical', level: 'fatal', occurrences: 18_240 });
  return { incidents, timeline: [...incidents.flatMap(timelineOf), ...repeatedAlerts(hot, hotEntries)] };
}

const outcomes = [
  ['updated', 'The issue has an open incident.'],
  ['duplicate', 'The same event was applied already.'],
  ['ignored', 'Tocsin does nothing with this webhook.'],
  ['filtered', 'The level is below the minimum level of the mapping.'],
  ['unmapped', 'The project is not mapped to a service.'],
  ['stale', 'The status of the issue contradicts the action.'],
  ['unreadable', 'The body is not what Sentry sends.'],
  ['inactive', 'The mapping is paused.'],
];

const frames = [
  ['flask.app', 'wsgi_app', 2213, false], ['flask.app', 'dispatch_request', 1799, false], ['shop.checkout.views', 'post', 48, true],
  ['shop.checkout.orders', 'place', 131, true], ['shop.payments.gateway', 'charge', 87, true],
].map(([module, name, lineno, in_app]) => ({ module, function: name, filename: `${module.replaceAll('.', '/')}.py`, lineno, in_app }));

function bodyOf(incident, installation, projectOf, at) {
  const bodies = new IssueBodies(installation, projectOf);
  bodies.id = incident.source_id ?? '1';
  const [type, value = ''] = incident.title.split(/: (.*)/s);
  return sentryJson(bodies.alert({
    at: new Date(at), title: incident.title, level: incident.level ?? 'error', release: incident.release ?? 'shop@1',
    tags: [['environment', incident.environment ?? 'production'], ['level', incident.level ?? 'error'], ['browser', 'Chrome 141'], ['server_name', 'web-7']],
    exception: { values: [{ type, value, stacktrace: { frames } }] },
  }));
}

/** `unmapped`: projects without a mapping as {id, slug}. All are from the last 20 hours. */
export function deliveryRows({ count, incidents, unmapped, integration, installation, now }) {
  const fromSentry = incidents.filter(({ source_kind: kind }) => kind === 'issue');
  return Array.from({ length: count }, (_, n) => {
    const incident = fromSentry.at(-1 - (n % fromSentry.length));
    const at = now - Math.floor((n / count) * 20 * HOUR) - between(0, 20 * SECOND);
    const [outcome, rule] = n < fromSentry.length / 2 ? ['opened', 'No incident of the issue was open.'] : outcomes[Math.floor((n / 3) % outcomes.length)];
    const isUnmapped = outcome === 'unmapped';
    const project = isUnmapped ? unmapped[n % unmapped.length] : { id: incident.project_id, slug: incident.project_slug };
    const body = outcome === 'unreadable' ? '[1, 2, 3]' : bodyOf(incident, installation, { ...project, name: project.slug }, at);
    return {
      delivery_id: idAt(at), received_at: iso(at), integration_id: integration, resource: 'event_alert', action: 'triggered', outcome, rule,
      request_id: randomBytes(16).toString('hex'), hook_timestamp: String(Math.floor(at / SECOND)), signing_key: 'app', project_id: project.id,
      project_slug: project.slug, source_kind: 'issue', source_id: isUnmapped ? String(990_000 + n) : incident.source_id,
      incident_number: ['opened', 'updated', 'duplicate'].includes(outcome) ? incident.number : null,
      body: Buffer.from(body).toString('hex'), body_sha256: createHash('sha256').update(body).digest('hex'), body_bytes: body.length,
    };
  });
}
