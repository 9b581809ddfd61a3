// The alert-rule action in Sentry's form: its services, what is wrong with settings, and what right ones do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { APP, startTocsin } from '../support/harness.mjs';
import { connect, control, createService } from '../support/story.mjs';
import { sentryJson, signature } from '../support/webhook.mjs';

let tocsin;
let admin;
let integration;
let client;
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  integration = await connect(tocsin, admin, tocsin.org);
  for (const slug of ['checkout', 'web']) await createService(admin, tocsin.org, slug);
  client = tocsin.client();
});
after(() => tocsin?.stop());

const services = (installation, secret = APP.clientSecret) =>
  client.get(`/sentry/services?installationId=${installation}&projectSlug=checkout`, { headers: { 'Content-Type': 'application/json', 'Sentry-App-Signature': signature('', secret) } });
const save = (settings, { installation = integration.installation_id, secret = APP.clientSecret } = {}) => {
  const body = Buffer.from(sentryJson({ fields: Object.entries(settings).map(([name, value]) => ({ name, value })), installationId: installation }));
  return client.request('POST', '/sentry/alert-action', { body, headers: { 'Content-Type': 'application/json', 'Sentry-App-Signature': signature(body, secret) } });
};

test('the form lists the services of the installation\'s organization, to nobody else', async () => {
  const answer = await services(integration.installation_id);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, [{ label: 'Checkout', value: 'checkout' }, { label: 'Web', value: 'web' }]);
  for (const [installation, secret] of [[integration.installation_id, 'fake-wrong'], ['7a485448-a9e2-4c85-8a3c-4f44175783c9', APP.clientSecret], ['nonsense', APP.clientSecret]]) {
    const refused = await services(installation, secret);
    assert.equal(refused.status, 401);
    assert.doesNotMatch(refused.text, /checkout/);
  }
});

test('settings are judged when the rule is saved, with words that Sentry shows', async () => {
  assert.equal((await save({ service: 'web', severity: 'critical', open: 'true', environments: 'production, staging' })).status, 200);
  assert.equal((await save({ service: 'web' })).status, 200, 'as often as the rule is saved');
  for (const [settings, words] of [[{}, /Choose the service/], [{ service: 'gone' }, /no service "gone"/], [{ service: 'web', severity: 'fatal' }, /severity/], [{ service: 'web', open: 'perhaps' }, /true or false/]]) {
    const answer = await save(settings);
    assert.equal(answer.status, 400);
    assert.match(answer.json.message, words);
  }
  assert.equal((await save({ service: 'web' }, { secret: 'fake-wrong' })).status, 401);
  assert.equal((await save({ service: 'web' }, { installation: '7a485448-a9e2-4c85-8a3c-4f44175783c9' })).status, 401);
});

test('an alert whose action names a service opens there, without a mapping', async () => {
  const { issue } = await control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
  await control(tocsin, `issues/${issue.id}/events`, { settings: { service: 'web', severity: 'warning' } });
  const { items } = (await admin.get(`${tocsin.org.path}/incidents`)).json;
  assert.deepEqual([items.length, items[0].service.slug, items[0].severity], [1, 'web', 'warning']);
});
