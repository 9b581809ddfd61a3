// The alert-rule action in Sentry's form: the list of services, validation of the settings, and their effect.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { connect, connectInternal, control, createService } from '../support/steps.mjs';
import { sentryJson, signature } from '../support/webhook.mjs';

let tocsin;
let admin;
let integration;
let client;
const services = {};
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  for (const slug of ['checkout', 'web']) services[slug] = await createService(admin, tocsin.org, slug);
  client = tocsin.client();
});
after(() => tocsin?.stop());

const listServices = (installation, secret = APP.clientSecret) =>
  client.get(`/sentry/services?installationId=${installation}&projectSlug=checkout`, { headers: { 'Content-Type': 'application/json', 'Sentry-App-Signature': signature('', secret) } });
const saveSettings = (settings, { installation = integration.installation_id, secret = APP.clientSecret } = {}) => {
  const body = Buffer.from(sentryJson({ fields: Object.entries(settings).map(([name, value]) => ({ name, value })), installationId: installation }));
  return client.request('POST', '/sentry/alert-action', { body, headers: { 'Content-Type': 'application/json', 'Sentry-App-Signature': signature(body, secret) } });
};

test('the form lists the services of the organization that owns the installation', async () => {
  const response = await listServices(integration.installation_id);
  assert.equal(response.status, 200, response.text);
  assert.deepEqual(response.json, [{ label: 'Checkout', value: services.checkout.id }, { label: 'Web', value: services.web.id }]);
  for (const [installation, secret] of [[integration.installation_id, 'fake-wrong'], ['7a485448-a9e2-4c85-8a3c-4f44175783c9', APP.clientSecret], ['nonsense', APP.clientSecret]]) {
    const refused = await listServices(installation, secret);
    assert.equal(refused.status, 401);
    assert.doesNotMatch(refused.text, /checkout/);
  }
});

test('settings are validated when the rule is saved, with a message that Sentry shows', async () => {
  assert.equal((await saveSettings({ service: 'web', severity: 'critical', open: 'true', environments: 'production, staging' })).status, 200);
  assert.equal((await saveSettings({ service: 'web' })).status, 200, 'saving again is allowed');
  assert.equal((await saveSettings({ service: services.web.id })).status, 200, 'the id, which the form sends');
  for (const [settings, message] of [[{}, /Choose the service/], [{ service: 'gone' }, /no service "gone"/], [{ service: 'web', severity: 'fatal' }, /severity/], [{ service: 'web', open: 'perhaps' }, /true or false/]]) {
    const response = await saveSettings(settings);
    assert.equal(response.status, 400);
    assert.match(response.json.message, message);
  }
  assert.equal((await saveSettings({ service: 'web' }, { secret: 'fake-wrong' })).status, 401);
  assert.equal((await saveSettings({ service: 'web' }, { installation: '7a485448-a9e2-4c85-8a3c-4f44175783c9' })).status, 401);
});

test('an alert whose action names a service opens an incident without a mapping', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  await control(tocsin, `issues/${issue.id}/events`, { settings: { service: 'web', severity: 'warning' } });
  const { items } = (await admin.get(`${tocsin.org.path}/incidents`)).json;
  assert.deepEqual([items.length, items[0].service.slug, items[0].severity], [1, 'web', 'warning']);
});

test('an internal integration has addresses of its own, signed with its own secret', async () => {
  const { created, integration: own } = await connectInternal(tocsin, admin, tocsin.org);
  const path = `/sentry/${own.id}`;
  const list = (secret, at = path) => client.get(`${at}/services?installationId=${created.uuid}`, { headers: { 'Content-Type': 'application/json', 'Sentry-App-Signature': signature('', secret) } });
  const save = (settings, secret, at = path) => {
    const body = Buffer.from(sentryJson({ fields: Object.entries(settings).map(([name, value]) => ({ name, value })), installationId: created.uuid }));
    return client.request('POST', `${at}/alert-action`, { body, headers: { 'Content-Type': 'application/json', 'Sentry-App-Signature': signature(body, secret) } });
  };
  const listed = await list(created.client_secret);
  assert.equal(listed.status, 200, listed.text);
  assert.deepEqual(listed.json.map((option) => option.label), ['Checkout', 'Web']);
  assert.equal((await save({ service: listed.json[1].value, severity: 'critical' }, created.client_secret)).status, 200);
  const unknown = await save({ service: 'gone' }, created.client_secret);
  assert.deepEqual([unknown.status, /no service "gone"/.test(unknown.json.message)], [400, true]);
  // The deployment's secret, and addresses of other integrations, open nothing.
  for (const [secret, at] of [[APP.clientSecret, path], [created.client_secret, '/sentry'], [created.client_secret, `/sentry/${integration.id}`], [created.client_secret, '/sentry/nonsense']]) {
    assert.equal((await list(secret, at)).status, 401);
    assert.equal((await save({ service: 'web' }, secret, at)).status, 401);
  }
  // The schema that the console shows has these addresses.
  const { modes } = (await admin.get(`${tocsin.org.path}/integrations/setup`)).json;
  const uris = (mode) => {
    const [{ settings }] = modes.find((setup) => setup.mode === mode).alert_action_schema.elements;
    return [settings.uri, settings.required_fields[0].uri];
  };
  assert.deepEqual(uris('public'), ['/sentry/alert-action', '/sentry/services']);
  for (const mode of ['internal', 'oauth']) assert.deepEqual(uris(mode), ['/sentry/{integration_id}/alert-action', '/sentry/{integration_id}/services']);
  assert.equal((await admin.post(`${tocsin.org.path}/integrations/${own.id}/disconnect`)).status, 200);
  assert.equal((await list(created.client_secret)).status, 401);
});

test('an action keeps its service when the service is renamed, and an admin sees which one it names when it is archived', async () => {
  const fire = async (settings) => {
    const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
    await control(tocsin, `issues/${issue.id}/events`, { settings });
    return (await admin.get(`${tocsin.org.path}/deliveries?resource=event_alert&limit=1`)).json.items[0];
  };
  await admin.patch(`${tocsin.org.path}/services/${services.web.id}`, { slug: 'website' });
  assert.equal((await saveSettings({ service: 'web' })).status, 200);
  for (const service of ['web', 'website', services.web.id]) {
    const delivery = await fire({ service });
    assert.equal(delivery.outcome, 'opened', delivery.rule);
    assert.equal((await admin.get(`${tocsin.org.path}/incidents/${delivery.incident_number}`)).json.service.slug, 'website');
  }
  assert.equal((await admin.delete(`${tocsin.org.path}/services/${services.web.id}`)).status, 204);
  assert.match((await saveSettings({ service: 'web' })).json.message, /no service "web"/);
  const unmapped = await fire({ service: 'web' });
  assert.equal(unmapped.outcome, 'unmapped');
  assert.match(unmapped.rule, /the service web, which does not exist or is archived/);
  const { items } = (await admin.get(`${tocsin.org.path}/unmapped`)).json;
  const requested = items.find(({ requested_service }) => requested_service === 'web');
  assert.equal(requested.deliveries, 1);
  const selection = { integration_id: integration.id, project_id: requested.project.id, requested_service: 'web' };
  assert.deepEqual((await admin.post(`${tocsin.org.path}/unmapped/replay`, selection)).json.outcomes, { unmapped: 1 });
  await createService(admin, tocsin.org, 'web');
  assert.deepEqual((await admin.post(`${tocsin.org.path}/unmapped/replay`, { ...selection, dry_run: false })).json.outcomes, { opened: 1 });
});
