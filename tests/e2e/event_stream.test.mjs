// The event stream: members are notified of changes at once, through every process; other organizations are not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventStream } from '../support/event_stream.mjs';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connectWithMapping, control } from '../support/steps.mjs';

let tocsin;
let admin;
const streams = [];
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signInAs('admin');
  await connectWithMapping(tocsin, admin);
});
after(async () => {
  for (const stream of streams) stream.close();
  await tocsin?.stop();
});

async function openStream(client = tocsin.tokenClient(), { org = tocsin.org, ...options } = {}) {
  const stream = await EventStream.open(client, org, options);
  streams.push(stream);
  return stream;
}
const createIssue = () => control(tocsin, 'organizations/northwind/issues', { project: 'checkout' });
const isAbout = (number) => (event) => event.event === 'incident' && JSON.parse(event.data).number === number;

test('a new incident is announced at once by its number', async () => {
  const stream = await openStream();
  assert.equal(stream.status, 200);
  assert.match(stream.headers['content-type'], /text\/event-stream/);
  const began = Date.now();
  await createIssue();
  const announced = await eventually(() => stream.events.find((event) => event.event === 'incident'));
  assert.ok(announced.at - began < 1_000, `${announced.at - began} ms`);
  const { number } = JSON.parse(announced.data);
  assert.equal((await admin.get(`${tocsin.org.path}/incidents/${number}`)).json.status, 'open');
  stream.events.length = 0;
  await admin.post(`${tocsin.org.path}/incidents/${number}/acknowledge`);
  await eventually(() => stream.events.some(isAbout(number)));
  assert.ok(stream.kinds.every((kind) => ['incident', 'delivery', 'page'].includes(kind)));
});

test('a changed integration is announced, but not to other organizations', async () => {
  const globex = await tocsin.createOrganization('globex');
  const [mine, theirs] = [await openStream(), await openStream(tocsin.tokenClient(globex), { org: globex })];
  await createIssue();
  const { integration } = (await admin.post(`${tocsin.org.path}/integrations`, { mode: 'oauth' })).json;
  assert.ok(integration.id);
  await eventually(() => mine.kinds.includes('integration') && mine.kinds.includes('incident'));
  // The stream of globex has received nothing before its own, later change.
  const owner = await tocsin.signInAs('admin', globex);
  await owner.post(`${globex.path}/integrations`, { mode: 'oauth' });
  await eventually(() => theirs.events.length > 0);
  assert.deepEqual([...new Set(theirs.kinds)], ['integration']);
  assert.equal((await openStream(tocsin.tokenClient(), { org: globex })).status, 404);
  assert.equal((await openStream(tocsin.client())).status, 401);
});

test('a client that reconnects gets the events that it missed, or a reset', async () => {
  const first = await openStream();
  await createIssue();
  const last = await eventually(() => first.events.find((event) => event.event === 'delivery'));
  first.close();
  await createIssue();
  const back = await openStream(tocsin.tokenClient(), { headers: { 'Last-Event-ID': last.id } });
  await eventually(() => back.kinds.includes('incident'));
  assert.ok(!back.kinds.includes('reset'));
  const unknown = await openStream(tocsin.tokenClient(), { headers: { 'Last-Event-ID': '0-7' } });
  await eventually(() => unknown.kinds.includes('reset'));
});

test('an expired session ends its stream, even a busy one', async () => {
  const { number } = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
  const session = await tocsin.signInAs('responder');
  const stream = await openStream(session);
  const robot = tocsin.tokenClient();
  let severity = 'info';
  await tocsin.setTimeOffset(25 * 3600);
  try {
    // Constant traffic, so that the check at a heartbeat would never run. (A delayed event of the sign-in may trigger a check at once.)
    await eventually(
      async () => {
        severity = severity === 'info' ? 'warning' : 'info';
        await robot.patch(`${tocsin.org.path}/incidents/${number}`, { severity });
        return stream.ended;
      },
      { limit: 40_000 },
    );
  } finally {
    await tocsin.setTimeOffset(0);
  }
  // The expired sessions may have been deleted meanwhile.
  admin = await tocsin.signInAs('admin');
});

test('a stream does not keep its session from going idle', async () => {
  const session = await tocsin.signInAs('responder');
  const stream = await openStream(session);
  const robot = tocsin.tokenClient();
  const announceRights = () => tocsin.sql("select pg_notify('tocsin_changes', 'rights ' || $1)", [tocsin.org.id]);
  // The default limit is a day. The stream is checked after 14 hours, and again after 28.
  await tocsin.setTimeOffset(14 * 3600);
  await announceRights();
  await createIssue();
  await eventually(() => stream.kinds.includes('incident'));
  assert.equal(stream.ended, false);
  await tocsin.setTimeOffset(28 * 3600);
  await announceRights();
  await eventually(() => stream.ended);
  assert.equal((await session.get(`${tocsin.org.path}/incidents`)).status, 401);
  assert.equal((await robot.get(`${tocsin.org.path}/incidents`)).status, 200);
  await tocsin.setTimeOffset(0);
  admin = await tocsin.signInAs('admin');
});

test('a second process announces it, too', async () => {
  const second = await tocsin.startSecondProcess();
  const stream = await openStream(tocsin.tokenClient(), { base: second.url });
  assert.equal(stream.status, 200);
  await createIssue();
  await eventually(() => stream.kinds.includes('incident'));
});

test('a stream ends with the session, the token, and the membership', async () => {
  const leaving = await tocsin.signInAs('responder');
  const removed = await tocsin.signInAs('viewer');
  const [session, member, token] = [
    await openStream(leaving),
    await openStream(removed),
    await openStream(tocsin.client({ token: await tocsin.createToken(tocsin.org.slug, 'viewer') })),
  ];
  const began = Date.now();
  await leaving.delete('/api/v1/session');
  await eventually(() => session.ended);
  assert.ok(!member.ended && !token.ended);
  await tocsin.sql('delete from tocsin.members m using tocsin.users u where u.user_id = m.user_id and u.email = $1', [tocsin.org.people.viewer.email]);
  await eventually(() => member.ended);
  await tocsin.sql("update tocsin.api_tokens set revoked_at = now() where name = 'test viewer'");
  await eventually(() => token.ended);
  assert.ok(Date.now() - began < 3_000);
});

test('a sign-out elsewhere closes no stream, and the streams of a person are limited', async (t) => {
  const initech = await tocsin.createOrganization('initech');
  const open = [];
  for (const role of ['admin', 'responder', 'viewer']) {
    const person = await tocsin.signInAs(role, initech);
    for (let i = 0; i < 20; ++i) open.push(await openStream(person, { org: initech }));
    const first = open[open.length - 20];
    open.push(await openStream(person, { org: initech }));
    await eventually(() => first.ended, { what: 'the end of the oldest stream' });
    open.splice(open.indexOf(first), 1);
  }
  const [leaving, staying] = [await tocsin.signInAs('responder'), await tocsin.signInAs('responder')];
  const [ends, stays] = [await openStream(leaving), await openStream(staying)];
  const began = Date.now();
  await leaving.delete('/api/v1/session');
  await eventually(() => ends.ended);
  t.diagnostic(`its own stream ended after ${Date.now() - began} ms`);
  await createIssue();
  await eventually(() => stays.kinds.includes('incident'));
  assert.deepEqual([...open, stays].filter((stream) => stream.ended), []);
  for (const stream of open) stream.close();
});

test('a note is announced, too', async () => {
  const { number } = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
  const stream = await openStream();
  await admin.post(`${tocsin.org.path}/incidents/${number}/notes`, { text: 'looking' });
  await eventually(() => stream.events.some(isAbout(number)));
});

test('after the database connection was lost, clients get a reset', async () => {
  const stream = await openStream();
  await tocsin.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tocsin changes' and datname = current_database()");
  await eventually(() => stream.kinds.includes('reset'));
  await createIssue();
  await eventually(() => stream.kinds.includes('incident'));
});

test('stopping the service does not wait for open streams', async () => {
  const stream = await openStream();
  const began = Date.now();
  await tocsin.restart();
  assert.ok(stream.ended);
  assert.ok(Date.now() - began < 5_000);
});
