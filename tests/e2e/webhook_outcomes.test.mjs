// Every kind of webhook, sent to the running service: the outcome of the delivery, the incident, and its timeline.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { connect, createService, mapProject } from '../support/steps.mjs';
import { IssueBodies } from '../support/webhook.mjs';

const day = 24 * 3600;
const installation = '0b0c9b0e-5a3e-4c1c-9a1e-6f1d6d2f2a10';
const projects = {
  plain: { id: '4505281256090153', slug: 'checkout', name: 'Checkout' },
  keeping: { id: '4505281256090154', slug: 'keeping', name: 'Keeping' },
  counting: { id: '4505281256090155', slug: 'counting', name: 'Counting' },
};
let tocsin;
let robot;
before(async () => {
  tocsin = await startTocsin();
  robot = tocsin.tokenClient();
  const integration = await connect(tocsin, await tocsin.signInAs('admin'), tocsin.org, { installation });
  const service = await createService(robot, tocsin.org, 'checkout');
  await mapProject(robot, tocsin.org, integration, projects.plain.id, service);
  await mapProject(robot, tocsin.org, integration, projects.keeping.id, service);
  await mapProject(robot, tocsin.org, integration, projects.counting.id, service);
  await tocsin.sql("update tocsin.mappings set on_archive = 'keep' where sentry_project_id = $1", [projects.keeping.id]);
  await tocsin.sql('update tocsin.mappings set open_on_error = true where sentry_project_id = $1', [projects.counting.id]);
});
after(() => tocsin?.stop());

/** The webhooks of one issue and one metric alert, as [resource, body]. */
class SourceWebhooks {
  constructor(project = projects.plain) {
    this.bodies = new IssueBodies(installation, project);
    this.count = 0;
  }

  issue = (action, changes = {}, siblings = {}) => ['issue', this.bodies.issue(action, { count: String((this.count += 1)), ...changes }, siblings)];

  alert = (changes = {}) => ['event_alert', this.bodies.alert(changes)];

  error = (changes = {}) => ['error', this.bodies.error(changes)];

  comment = (action) => ['comment', this.bodies.comment(action)];

  activity = (type, status = 'unresolved') => ['activity_alert', { action: 'triggered', installation: { uuid: installation }, data: { activity: { type }, alert: { id: 1, title: 'Watch' }, issue: this.bodies.issue('created', { status, count: String((this.count += 1)) }).data.issue } }];

  metric = (action, changes = {}) => ['metric_alert', {
    action,
    installation: { uuid: installation },
    data: { metric_alert: { id: this.bodies.id, projects: ['checkout'], title: 'p95', alert_rule: { id: this.bodies.id, name: 'p95', triggers: [] }, ...changes }, description_text: `${action}: 5 events`, description_title: `${action}: p95` },
  }];
}

const at = (seconds) => new Date(Date.now() + seconds * 1000);
const resolvedIssue = (s) => [s.issue('created'), s.issue('resolved')];
const nothing = { incidents: [] };
const open = { status: 'open', resolution: null };
const resolved = (resolution) => ({ status: 'resolved', resolution });

/** [name, earlier webhooks, webhook, its outcome, fields of the newest incident, kinds of its timeline entries, options] */
const table = [
  ['issue.created opens', () => [], (s) => s.issue('created'), 'opened', open, ['opened']],
  ['issue.created updates an open incident', (s) => [s.alert()], (s) => s.issue('created', { count: '40' }), 'updated', { ...open, occurrences: 40 }, ['updated']],
  ['issue.created with a hundred events is critical', () => [], (s) => s.issue('created', { count: '100' }), 'opened', { ...open, severity: 'critical' }, ['opened']],
  ['a fatal issue is critical', () => [], (s) => s.issue('created', { level: 'fatal' }), 'opened', { severity: 'critical' }, ['opened']],
  ['a warning is a warning', () => [], (s) => s.issue('created', { level: 'warning' }), 'opened', { severity: 'warning' }, ['opened']],
  ['issue.created after a later change opens nothing', resolvedIssue, (s) => s.issue('created', { lastSeen: at(60).toISOString() }), 'stale', resolved('sentry'), []],
  ['an equal body is a duplicate', (s) => [s.issue('created', { count: '5' })], (s) => s.issue('created', { count: '5', lastSeen: s.lastSeen }), 'duplicate', open, []],
  ['issue.unresolved within the window reopens', resolvedIssue, (s) => s.issue('unresolved'), 'reopened', { ...open, reopened_count: 1 }, ['reopened']],
  ['issue.unresolved after the window opens a new incident', resolvedIssue, (s) => s.issue('unresolved'), 'opened', open, ['opened'], { later: 8 * day, incidents: 2 }],
  ['issue.unresolved without an incident opens', () => [], (s) => s.issue('unresolved'), 'opened', open, ['opened']],
  ['issue.resolved resolves', (s) => [s.issue('created')], (s) => s.issue('resolved'), 'resolved', resolved('sentry'), ['resolved']],
  ['issue.resolved whose issue is open again is stale', (s) => [s.issue('created')], (s) => s.issue('resolved', { status: 'unresolved' }), 'stale', open, []],
  ['issue.resolved without an incident is ignored', () => [], (s) => s.issue('resolved'), 'ignored', nothing, []],
  ['issue.ignored resolves as archived', (s) => [s.issue('created')], (s) => s.issue('ignored'), 'resolved', resolved('archived'), ['archived']],
  ['issue.archived resolves as archived', (s) => [s.issue('created')], (s) => s.issue('archived'), 'resolved', resolved('archived'), ['archived']],
  ['a mapping may keep archived issues open', (s) => [s.issue('created')], (s) => s.issue('ignored'), 'updated', open, ['archived'], { project: projects.keeping }],
  ['issue.assigned sets the assignee', (s) => [s.issue('created')], (s) => s.issue('assigned', {}, { assignee: { type: 'user', name: 'Ada', id: 1 } }), 'updated', { ...open, assignee: null, sentry_assignee: 'Ada' }, ['assigned']],
  ['issue.assigned sets the assignee of a resolved incident', resolvedIssue, (s) => s.issue('assigned', { status: 'resolved' }, { assignee: { type: 'user', name: 'Ada', id: 1 } }), 'updated', { ...resolved('sentry'), assignee: null, sentry_assignee: 'Ada' }, ['assigned']],
  ['issue.assigned without an incident is ignored', () => [], (s) => s.issue('assigned'), 'ignored', nothing, []],
  ['event_alert opens', () => [], (s) => s.alert(), 'opened', { ...open, environment: 'production' }, ['opened']],
  ['event_alert attaches to the incident of its issue', (s) => [s.issue('created')], (s) => s.alert(), 'updated', { ...open, occurrences: 2 }, ['alert_attached']],
  ['the same event under the same rule is a duplicate', (s) => [s.alert({ eventId: 'e'.repeat(32) })], (s) => s.alert({ eventId: 'e'.repeat(32), title: 'other bytes' }), 'duplicate', open, []],
  ['the same event under another rule attaches', (s) => [s.alert({ eventId: 'd'.repeat(32) })], (s) => s.alert({ eventId: 'd'.repeat(32), rule: 'Another rule' }), 'updated', open, ['alert_attached']],
  ['an event newer than the resolution reopens', resolvedIssue, (s) => s.alert({ at: at(60) }), 'reopened', open, ['reopened']],
  ['an event older than the resolution only adds to the timeline', resolvedIssue, (s) => s.alert({ at: at(-3600) }), 'stale', resolved('sentry'), ['event_counted']],
  ['metric_alert.critical opens', () => [], (s) => s.metric('critical'), 'opened', { ...open, severity: 'critical' }, ['opened']],
  ['metric_alert.warning opens', () => [], (s) => s.metric('warning'), 'opened', { ...open, severity: 'warning' }, ['opened']],
  ['metric_alert.open opens', () => [], (s) => s.metric('open'), 'opened', { ...open, severity: 'error' }, ['opened']],
  ['metric_alert.critical raises the severity', (s) => [s.metric('warning')], (s) => s.metric('critical'), 'updated', { ...open, severity: 'critical' }, ['alert_attached', 'severity_changed']],
  ['metric_alert.warning does not lower the severity', (s) => [s.metric('critical')], (s) => s.metric('warning'), 'updated', { ...open, severity: 'critical' }, ['alert_attached']],
  ['metric_alert.resolved resolves', (s) => [s.metric('critical')], (s) => s.metric('resolved'), 'resolved', resolved('sentry'), ['resolved']],
  ['metric_alert.critical in the next period reopens', (s) => [s.metric('critical', { id: '1001' }), s.metric('resolved', { id: '1001' })], (s) => s.metric('critical', { id: '1002' }), 'reopened', { ...open, reopened_count: 1 }, ['reopened']],
  ['metric_alert.critical in a period that has ended is stale', (s) => [s.metric('critical', { id: '1001' }), s.metric('resolved', { id: '1001' })], (s) => s.metric('critical', { id: '1001', status: 2 }), 'stale', resolved('sentry'), []],
  ['metric_alert for unknown projects is unmapped', () => [], (s) => s.metric('critical', { projects: ['nowhere'] }), 'unmapped', nothing, []],
  ['activity_alert adds to the timeline', (s) => [s.issue('created')], (s) => s.activity('assigned'), 'updated', open, ['updated']],
  ['activity_alert for a resolution resolves', (s) => [s.issue('created')], (s) => s.activity('status_resolved', 'resolved'), 'resolved', resolved('sentry'), ['resolved']],
  ['activity_alert for a regression reopens', resolvedIssue, (s) => s.activity('status_regression'), 'reopened', open, ['reopened']],
  ['activity_alert for archiving archives', (s) => [s.issue('created')], (s) => s.activity('status_ignored', 'ignored'), 'resolved', resolved('archived'), ['archived']],
  ['error.created adds an occurrence', (s) => [s.issue('created')], (s) => s.error(), 'updated', { ...open, occurrences: 2 }, []],
  ['error.created opens nothing by default', () => [], (s) => s.error(), 'ignored', nothing, []],
  ['error.created opens if the mapping says so', () => [], (s) => s.error(), 'opened', open, ['opened'], { project: projects.counting }],
  ['comment.created adds to the timeline', (s) => [s.issue('created')], (s) => s.comment('created'), 'updated', open, ['commented']],
  ['comment.deleted adds to the timeline', (s) => [s.issue('created')], (s) => s.comment('deleted'), 'updated', open, ['commented']],
  ['a comment without an incident is ignored', () => [], (s) => s.comment('created'), 'ignored', nothing, []],
  ['issue.created for an unmapped project is unmapped', () => [], (s) => s.issue('created'), 'unmapped', nothing, [], { project: { id: '9', slug: 'nowhere', name: 'x' } }],
  ['an unknown action is ignored', (s) => [s.issue('created')], (s) => s.issue('pondered'), 'ignored', open, []],
  ['an unknown resource is ignored', () => [], () => ['weather', { action: 'created', installation: { uuid: installation }, data: {} }], 'ignored', nothing, []],
];

async function deliver([resource, body]) {
  const response = await tocsin.sendWebhook({ resource, body });
  assert.equal(response.status, 200, response.text);
  const delivery = await robot.get(`${tocsin.org.path}/deliveries/${response.json.delivery_id}`);
  assert.equal(delivery.status, 200, delivery.text);
  return delivery.json;
}

const listIncidents = (source) => tocsin.sql('select number from tocsin.incidents where source_id = $1 order by number', [source.bodies.id]);

for (const [name, earlier, webhook, outcome, fields, kinds, options = {}] of table) {
  test(name, async () => {
    const source = new SourceWebhooks(options.project);
    for (const [resource, body] of earlier(source)) {
      source.lastSeen = body.data.issue?.lastSeen;
      await deliver([resource, body]);
    }
    if (options.later) await tocsin.setTimeOffset(options.later);
    const delivery = await deliver(webhook(source));
    if (options.later) await tocsin.setTimeOffset(0);
    assert.equal(delivery.outcome, outcome, delivery.rule);
    assert.ok(delivery.rule.length > 10, 'the rule explains the outcome');

    const numbers = (await listIncidents(source)).map((item) => item.number);
    if (fields === nothing) {
      assert.deepEqual(numbers, []);
      assert.equal(delivery.incident_number, null);
      return;
    }
    assert.equal(numbers.length, options.incidents ?? 1);
    assert.equal(delivery.incident_number, numbers.at(-1));
    const incident = (await robot.get(`${tocsin.org.path}/incidents/${numbers.at(-1)}`)).json;
    for (const [field, value] of Object.entries(fields)) assert.deepEqual(incident[field], value, field);
    const timeline = (await robot.get(`${tocsin.org.path}/incidents/${numbers.at(-1)}/timeline`)).json.items;
    assert.deepEqual(timeline.filter((entry) => entry.delivery_id === delivery.id).map((entry) => entry.kind), kinds);
  });
}

test('installation.deleted disconnects the integration, and later webhooks have no effect', async () => {
  const source = new SourceWebhooks();
  await deliver(source.issue('created'));
  assert.equal((await deliver(['installation', source.bodies.uninstalled()])).outcome, 'updated');
  assert.equal((await deliver(source.issue('resolved'))).outcome, 'inactive');
  const [{ number }] = await listIncidents(source);
  assert.equal((await robot.get(`${tocsin.org.path}/incidents/${number}`)).json.status, 'open');
  const { items } = (await robot.get(`${tocsin.org.path}/integrations`)).json;
  assert.deepEqual(items.map((item) => [item.status, item.status_reason]), [['disconnected', 'uninstalled']]);
});
