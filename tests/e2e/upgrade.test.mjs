// The program on a database that deploy/migrate upgraded from an earlier release.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanded, migrate, releases } from '../database/support.mjs';
import { startTocsin } from '../support/harness.mjs';

const ORGANIZATION = 'initech';

/** All items of a list. */
async function readAll(client, path) {
  const items = [];
  for (let cursor = ''; cursor !== null; ) {
    const page = await client.get(`${path}?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    assert.equal(page.status, 200, `${path}: ${page.text}`);
    items.push(...page.json.items);
    cursor = page.json.next_cursor;
  }
  return items;
}

for (const change of releases) {
  test(`data of the schema up to ${change} can be read after the upgrade`, async () => {
    const database = await createLanded(change);
    const migrated = await migrate({ TOCSIN_DATABASE_URL: database.url });
    assert.equal(migrated.status, 0, migrated.stdout + migrated.stderr);
    const tocsin = await startTocsin({ organization: null, env: { TOCSIN_ROLES: 'gateway' }, proxyDatabase: () => database.url });
    try {
      const client = tocsin.client({ token: await tocsin.createToken(ORGANIZATION, 'admin') });
      const countOf = (table) =>
        database.value(`select count(*) from tocsin.${table} t join tocsin.organizations o using (organization_id) where o.slug = $1`, [ORGANIZATION]);
      const base = `/api/v1/orgs/${ORGANIZATION}`;
      for (const table of ['incidents', 'deliveries', 'integrations', 'members']) {
        assert.equal((await readAll(client, `${base}/${table}`)).length, await countOf(table), table);
      }
      for (const list of ['services', 'invitations', 'tokens', 'audit', 'unmapped', 'incidents/1/timeline']) {
        assert.ok((await readAll(client, `${base}/${list}`)).length > 0, list);
      }
      const integrations = await readAll(client, `${base}/integrations`);
      const statuses = new Set(integrations.map(({ status, status_reason }) => `${status} ${status_reason}`));
      assert.equal(statuses.size, 10);
      for (const number of [1, 21, 41]) assert.equal((await client.get(`${base}/incidents/${number}`)).json.number, number);
    } finally {
      await tocsin.stop();
    }
  });
}
