// The event stream: what changes is told to those who may see it, at once, through every process; and to nobody else.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject } from '../support/story.mjs';

let tocsin;
let admin;
const streams = [];
before(async () => {
  tocsin = await startTocsin();
  admin = await tocsin.signedIn('admin');
  const integration = await connect(tocsin, admin, tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', await createService(admin, tocsin.org, 'checkout'));
});
after(async () => {
  for (const each of streams) each.close();
  await tocsin?.stop();
});

/** Follows the stream of an organization; `events` grows, `ended` says whether the server has ended it. */
async function follow({ org = tocsin.org, base = tocsin.url, headers = {} }) {
  const followed = { events: [], ended: false, status: undefined };
  await new Promise((resolve, reject) => {
    const request = http.get(`${base}${org.path}/events`, { headers: { Accept: 'text/event-stream', ...headers } }, (response) => {
      followed.status = response.statusCode;
      followed.headers = response.headers;
      let text = '';
      response.setEncoding('utf8').on('data', (more) => {
        text += more;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const fields = Object.fromEntries(text.slice(0, end).split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
          if (fields.event) followed.events.push({ ...fields, at: Date.now() });
          text = text.slice(end + 2);
        }
      });
      response.on('close', () => { followed.ended = true; });
      resolve();
    });
    request.on('error', reject);
    followed.close = () => request.destroy();
  });
  streams.push(followed);
  return followed;
}
const byToken = (token) => ({ Authorization: `Bearer ${token}` });
const open = (project = 'checkout') => control(tocsin, 'organizations/northwind/issues', { project });
const kinds = (followed) => followed.events.map((one) => one.event);

test('an incident that opens is told at once, with its number, and its data comes by GET', async () => {
  const followed = await follow({ headers: byToken(tocsin.org.token) });
  assert.equal(followed.status, 200);
  assert.match(followed.headers['content-type'], /text\/event-stream/);
  const began = Date.now();
  await open();
  const told = await eventually(() => followed.events.find((one) => one.event === 'incident'));
  assert.ok(told.at - began < 1_000, `${told.at - began} ms`);
  const { number } = JSON.parse(told.data);
  assert.equal((await admin.get(`${tocsin.org.path}/incidents/${number}`)).json.status, 'open');
  followed.events.length = 0;
  await admin.post(`${tocsin.org.path}/incidents/${number}/acknowledge`);
  await eventually(() => followed.events.some((one) => one.event === 'incident' && JSON.parse(one.data).number === number));
  assert.ok(kinds(followed).every((kind) => ['incident', 'delivery'].includes(kind)));
});

test('an integration that changes is told; another organization hears nothing of it', async () => {
  const globex = await tocsin.createOrganization('globex');
  const [mine, theirs] = [await follow({ headers: byToken(tocsin.org.token) }), await follow({ org: globex, headers: byToken(globex.token) })];
  await open();
  const { integration } = (await admin.post(`${tocsin.org.path}/integrations`, { mode: 'oauth' })).json;
  assert.ok(integration.id);
  await eventually(() => kinds(mine).includes('integration') && kinds(mine).includes('incident'));
  // Their own change comes after ours: nothing of ours was told before it.
  const owner = await tocsin.signedIn('admin', globex);
  await owner.post(`${globex.path}/integrations`, { mode: 'oauth' });
  await eventually(() => theirs.events.length > 0);
  assert.deepEqual([...new Set(kinds(theirs))], ['integration']);
  assert.equal((await follow({ org: globex, headers: byToken(tocsin.org.token) })).status, 404);
  assert.equal((await follow({})).status, 401);
});

test('who comes back is told what they missed, or to read everything again', async () => {
  const first = await follow({ headers: byToken(tocsin.org.token) });
  await open();
  const last = await eventually(() => first.events.find((one) => one.event === 'delivery'));
  first.close();
  await open();
  const back = await follow({ headers: { ...byToken(tocsin.org.token), 'Last-Event-ID': last.id } });
  await eventually(() => kinds(back).includes('incident'));
  assert.ok(!kinds(back).includes('reset'));
  const stranger = await follow({ headers: { ...byToken(tocsin.org.token), 'Last-Event-ID': '0-7' } });
  await eventually(() => kinds(stranger).includes('reset'));
});

test('a session that runs out ends its stream, however busy that is', async () => {
  const { number } = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
  const session = await tocsin.signedIn('responder');
  const followed = await follow({ headers: { Cookie: session.cookies.header(new URL(tocsin.url)) } });
  const machine = tocsin.withToken();
  let severity = 'info';
  await tocsin.moveTime(25 * 3600);
  try {
    // Never quiet: the heartbeat alone would not notice. (A late word of the signing in may make it look at once.)
    await eventually(
      async () => {
        severity = severity === 'info' ? 'warning' : 'info';
        await machine.patch(`${tocsin.org.path}/incidents/${number}`, { severity });
        return followed.ended;
      },
      { limit: 40_000 },
    );
  } finally {
    await tocsin.moveTime(0);
  }
  // What had run out meanwhile may have been cleared away.
  admin = await tocsin.signedIn('admin');
});

test('another process tells it, too', async () => {
  const another = await tocsin.startAnother();
  const { port } = another.lines.find((line) => line.event === 'listening' && line.what === 'gateway');
  const followed = await follow({ base: `http://127.0.0.1:${port}`, headers: byToken(tocsin.org.token) });
  assert.equal(followed.status, 200);
  await open();
  await eventually(() => kinds(followed).includes('incident'));
});

test('a stream ends with the session, the token and the membership', async () => {
  const cookie = (client) => ({ Cookie: client.cookies.header(new URL(tocsin.url)) });
  const leaving = await tocsin.signedIn('responder');
  const removed = await tocsin.signedIn('viewer');
  const [session, member, token] = [
    await follow({ headers: cookie(leaving) }),
    await follow({ headers: cookie(removed) }),
    await follow({ headers: byToken(await tocsin.createToken(tocsin.org.slug, 'viewer')) }),
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

test('a note of a colleague is told, too', async () => {
  const { number } = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items[0];
  const followed = await follow({ headers: byToken(tocsin.org.token) });
  await admin.post(`${tocsin.org.path}/incidents/${number}/notes`, { text: 'looking' });
  await eventually(() => followed.events.some((one) => one.event === 'incident' && JSON.parse(one.data).number === number));
});

test('a database that comes back makes everybody read again', async () => {
  const followed = await follow({ headers: byToken(tocsin.org.token) });
  await tocsin.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tocsin changes' and datname = current_database()");
  await eventually(() => kinds(followed).includes('reset'));
  await open();
  await eventually(() => kinds(followed).includes('incident'));
});

test('stopping the service does not wait for those who listen', async () => {
  const followed = await follow({ headers: byToken(tocsin.org.token) });
  const began = Date.now();
  await tocsin.restart();
  assert.ok(followed.ended);
  assert.ok(Date.now() - began < 5_000);
});
