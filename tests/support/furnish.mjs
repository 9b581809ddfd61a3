// An organization with something of every kind in it, so that what leaks is seen.
import assert from 'node:assert/strict';
import { connect, createService, IssueBodies, mapProject } from './story.mjs';

/** Something of every kind, with `word` wherever a person or Sentry writes. */
export async function furnish(tocsin, org, sentryOrganization, word, incidents) {
  const client = await tocsin.signedIn('owner', org);
  const made = async (path, json) => {
    const answer = await client.post(`${org.path}/${path}`, json);
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
  };
  const service = await createService(client, org, `${word}-checkout`);
  const integration = await connect(tocsin, client, org, { organization: sentryOrganization });
  const mapping = await mapProject(client, org, integration, `${word}-project`, service);
  for (let i = 0; i < incidents; i += 1) await made('incidents', { title: `${word} incident`, service_id: service.id, note: `${word} note` });
  const unmapped = new IssueBodies(integration.installation_id, { id: '77', slug: `${word}-unmapped`, name: word });
  const { status, json } = await tocsin.webhook({ resource: 'issue', body: unmapped.issue('created', { title: `${word} issue` }) });
  assert.equal(status, 200);
  await client.patch('/api/v1/profile', { name: `${word} owner` });
  const { items } = (await client.get(`${org.path}/members`)).json;
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
      mapping_id: mapping.id,
      deliveries: json.delivery_id,
      members: items.find((one) => one.role === 'viewer').id,
      invitations: (await made('invitations', { email: `${word}@${org.slug}.example`, role: 'viewer' })).id,
      tokens: (await made('tokens', { name: `${word} robot`, role: 'viewer' })).id,
      sessions: session.id,
    },
  };
}
