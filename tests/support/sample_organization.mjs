// An organization with a row of every kind, so that a leak of any of them is visible.
import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import { connect, createService, mapProject } from './steps.mjs';
import { IssueBodies } from './webhook.mjs';

/** Fills `org`, with `word` in every text that a person or Sentry writes. */
export async function fillOrganization(tocsin, org, { sentryOrganization, word, incidents }) {
  const client = await tocsin.signInAs('owner', org);
  const create = async (path, json) => {
    const response = await client.post(`${org.path}/${path}`, json);
    assert.ok(response.status < 300, response.text);
    return response.json;
  };
  const service = await createService(client, org, `${word}-checkout`);
  const integration = await connect(tocsin, client, org, { organization: sentryOrganization });
  const mapping = await mapProject(client, org, integration, `${word}-project`, service);
  for (let i = 0; i < incidents; i += 1) await create('incidents', { title: `${word} incident`, service_id: service.id, note: `${word} note` });
  const unmapped = new IssueBodies(integration.installation_id, { id: '77', slug: `${word}-unmapped`, name: word });
  const { status, json: accepted } = await tocsin.sendWebhook({ resource: 'issue', body: unmapped.issue('created', { title: `${word} issue` }) });
  assert.equal(status, 200);
  await client.patch('/api/v1/profile', { name: `${word} owner` });
  const { items: members } = (await client.get(`${org.path}/members`)).json;
  const [session] = (await client.get('/api/v1/sessions')).json.items;
  return {
    org,
    client,
    word,
    number: incidents,
    body: { service_id: service.id, integration_id: integration.id },
    ids: {
      services: service.id,
      integrations: integration.id,
      grants: (await create('grants', { name: `${word} grant`, integration_id: integration.id })).id,
      approvals: randomUUID(), // no call waits for an approval
      mapping_id: mapping.id,
      policies: (await client.get(`${org.path}/policies`)).json.items[0].id,
      deliveries: accepted.delivery_id,
      members: members.find((member) => member.role === 'viewer').id,
      invitations: (await create('invitations', { email: `${word}@${org.slug}.example`, role: 'viewer' })).id,
      tokens: (await create('tokens', { name: `${word} robot`, role: 'viewer' })).id,
      sessions: session.id,
    },
  };
}
