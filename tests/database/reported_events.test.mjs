// Events that the previous release has applied: another report of them does not count again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createLanded, migrate, releases } from './support.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest();
const alert = (event, label, rule) => JSON.stringify({ data: { event: { event_id: event }, triggered_rule: label, ...(rule ? { issue_alert: { id: rule } } : {}) } });
const error = (event) => JSON.stringify({ data: { error: { event_id: event } } });

for (const change of releases) {
  test(`events that were applied under the schema up to ${change} are known by the event alone`, async () => {
    const database = await createLanded(change);
    const [{ organization_id: org, integration_id: integration }] = await database.sql(
      "select organization_id, integration_id from tocsin.incidents where source_kind = 'issue' order by number limit 1",
    );
    let added = 0;
    /** As the previous release stored it; returns the id of the delivery, in hexadecimal digits. */
    const add = async (key, body, { age = '1 minute', receivedAge = age, cut = false } = {}) => {
      added += 1;
      const delivery = `01900000-0000-7000-8000-${String(added).padStart(12, '0')}`;
      await database.sql(
        `insert into tocsin.deliveries (organization_id, received_at, delivery_id, integration_id, resource, action, outcome, rule, signing_key, body,
                                        body_sha256, body_bytes, cut)
         select $1, tocsin.now() - $5::interval, $2, $3, 'event_alert', 'triggered', 'updated', 'r', 'current', convert_to($4, 'UTF8'), sha256(convert_to($4, 'UTF8')), 10, $6`,
        [org, delivery, integration, body, receivedAge, cut],
      );
      await database.sql(
        'insert into tocsin.applied_events (organization_id, integration_id, event_hash, delivery_id, applied_at) values ($1, $2, $3, $4, tocsin.now() - $5::interval)',
        [org, integration, sha256(key), delivery, age],
      );
      return delivery.replaceAll('-', '');
    };
    const byLabel = await add('e1\nlabel Payments fail', alert('e1', 'Payments fail'), { age: '3 minutes' });
    const byId = await add('e1\nid 7', alert('e1', 'Other', 7), { age: '2 minutes' });
    const asError = await add('e1\nerror', error('e1'));
    const alone = await add('e2\nid 8', alert('e2', '', '8'));
    // Nothing is known of these: the body is no JSON, cut, of another event, or too old.
    await add('e3\nerror', 'no JSON');
    await add('e4\nerror', error('e4'), { cut: true });
    await add('e5\nerror', error('other'));
    await add('e6\nerror', error('e6'), { age: '25 hours', receivedAge: '1 minute' });

    const migrated = await migrate({ TOCSIN_DATABASE_URL: database.url });
    assert.equal(migrated.status, 0, migrated.stdout + migrated.stderr);

    const report = (reporter, delivery) => sha256(reporter).subarray(0, 8).toString('hex') + delivery;
    const find = (event) =>
      database.sql("select encode(reports, 'hex') as reports from tocsin.applied_events where organization_id = $1 and integration_id = $2 and event_hash = $3", [
        org,
        integration,
        sha256(`event ${event}`),
      ]);
    assert.deepEqual(await find('e1'), [{ reports: report('label Payments fail', byLabel) + report('id 7', byId) + report('error', asError) }]);
    assert.deepEqual(await find('e2'), [{ reports: report('id 8', alone) }]);
    for (const event of ['e3', 'e4', 'e5', 'e6', 'other']) assert.deepEqual(await find(event), []);
  });
}
