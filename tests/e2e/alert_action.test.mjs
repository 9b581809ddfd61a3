// The alert-rule action in Sentry's form: the list of services, validation of the settings, and their effect.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { connect, control, createService } from '../support/steps.mjs';
import { sentryJson, signature } from '../support/webhook.mjs';

let tocsin;
let admin;
let integration;
let client;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  for (const slug of ['checkout', 'web']) await createService(admin, tocsin.org, slug);
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
  assert.deepEqual(response.json, [{ label: 'Checkout', value: 'checkout' }, { label: 'Web', value: 'web' }]);
  for (const [installation, secret] of [[integration.installation_id, 'fake-wrong'], ['7a485448-a9e2-4c85-8a3c-4f44175783c9', APP.clientSecret], ['nonsense', APP.clientSecret]]) {
    const refused = await listServices(installation, secret);
    assert.equal(refused.status, 401);
    assert.doesNotMatch(refused.text, /checkout/);
  }
});

test('settings are validated when the rule is saved, with a message that Sentry shows', async () => {
  assert.equal((await saveSettings({ service: 'web', severity: 'critical', open: 'true', environments: 'production, staging' })).status, 200);
  assert.equal((await saveSettings({ service: 'web' })).status, 200, 'saving again is allowed');
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
