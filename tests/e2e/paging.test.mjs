// An incident opens, and people are paged by e-mail until one of them acknowledges.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { eventually, startTocsin } from '../support/harness.mjs';
import { connect, control, createService, mapProject } from '../support/steps.mjs';
import { MailServer } from '../support/mail_server.mjs';

let mail;
let tocsin;
let admin;
let responder;
let service;
before(async () => {
  mail = await MailServer.start();
  tocsin = await startTocsin({ env: { TOCSIN_SMTP_URL: mail.url, TOCSIN_MAIL_FROM: 'tocsin@acme.example' } });
  // Tokens outlive the days that these tests skip.
  admin = tocsin.tokenClient();
  responder = tocsin.client({ token: await tocsin.createToken('acme', 'responder') });
  service = await createService(admin, tocsin.org, 'checkout');
  const integration = await connect(tocsin, await tocsin.signInAs('admin'), tocsin.org);
  await mapProject(admin, tocsin.org, integration, 'checkout', service);
});
after(async () => {
  await tocsin?.stop();
  await mail?.stop();
});
afterEach(async () => {
  mail.dataReply = '250 accepted';
  for (const { number } of (await admin.get(`${tocsin.org.path}/incidents?status=open,acknowledged`)).json.items)
    await admin.post(`${path(number)}/resolve`);
});

const path = (number) => `${tocsin.org.path}/incidents/${number}`;
const readAlarm = async (number) => (await admin.get(`${path(number)}/alarm`)).json;
const readPages = async (number) => (await admin.get(`${path(number)}/pages`)).json.items;
const bodyOf = ({ text }) => Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'base64').toString('utf8');
const headerOf = ({ text }, name) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1].trim();
const subjectOf = (message) => Buffer.from(/=\?UTF-8\?B\?([^?]*)/.exec(headerOf(message, 'Subject'))[1], 'base64').toString('utf8');
const mailsOf = (number) => mail.messages.filter((message) => subjectOf(message).startsWith(`#${number} `));
const receiversOf = (number) => mailsOf(number).map((message) => headerOf(message, 'To')).sort();
const emailOf = (role) => tocsin.org.people[role].email;
const linkOf = (message) => /^Acknowledge: (.*)$/m.exec(bodyOf(message))[1];
async function openIncident(severity = 'error', fields = {}) {
  const opened = await responder.post(`${tocsin.org.path}/incidents`, { title: 'Checkout fails', service_id: service.id, severity, ...fields });
  assert.equal(opened.status, 201, opened.text);
  return opened.json;
}
async function paged(number, count) {
  await eventually(() => mailsOf(number).length >= count, { what: `${count} emails about #${number}` });
  return eventually(async () => {
    const pages = await readPages(number);
    return pages.length >= count && pages.every(({ state }) => state !== 'due' && state !== 'sending') && pages;
  });
}
const advance = (seconds) => tocsin.advanceTime(seconds);

test('a webhook that opens an incident pages the owner and the admins of a new organization by email', async () => {
  await control(tocsin, 'organizations/northwind/issues', { project: 'checkout', title: 'TypeError: cart is undefined' });
  const [{ number, title }] = (await admin.get(`${tocsin.org.path}/incidents?limit=1`)).json.items;
  const pages = await paged(number, 2);
  assert.deepEqual(receiversOf(number), [emailOf('admin'), emailOf('owner')]);
  assert.deepEqual(pages.map(({ person, state, method, lap, step, urgency }) => [person.email, state, method.kind, method.mask, lap, step, urgency]).sort(), [
    [emailOf('admin'), 'accepted', 'mail', 'a***@acme.example', 1, 0, 'high'],
    [emailOf('owner'), 'accepted', 'mail', 'o***@acme.example', 1, 0, 'high'],
  ]);
  for (const page of pages) assert.deepEqual(page.attempts.map(({ outcome }) => outcome), ['accepted']);
  const [message] = mailsOf(number);
  assert.equal(subjectOf(message), `#${number} error in Checkout: ${title}`.slice(0, 45));
  assert.equal(headerOf(message, 'Auto-Submitted'), 'auto-generated');
  const page = pages.find(({ person }) => person.email === headerOf(message, 'To'));
  assert.equal(headerOf(message, 'Message-ID'), `<page-${page.id}@acme.example>`);
  assert.equal(headerOf(message, 'References'), `<incident-${tocsin.org.id}-${number}@acme.example>`);
  const alarm = await readAlarm(number);
  assert.deepEqual([alarm.state, alarm.urgency, alarm.lap, alarm.step, alarm.policy_version], ['running', 'high', 2, 0, 1]);
  assert.deepEqual(alarm.next.map(({ person, at }) => [person.email, at]).sort(), [[emailOf('admin'), alarm.due_at], [emailOf('owner'), alarm.due_at]]);
});

test('severity decides the urgency, and info pages no person', async () => {
  const { number: quiet } = await openIncident('info');
  assert.equal((await readAlarm(quiet)).state, 'none');
  const { number } = await openIncident('warning');
  await paged(number, 2);
  assert.equal((await readAlarm(number)).urgency, 'low');
  // Raising it pages again, with the new urgency.
  await responder.patch(path(number), { severity: 'critical' });
  const pages = await paged(number, 4);
  assert.deepEqual(pages.map(({ urgency }) => urgency).sort(), ['high', 'high', 'low', 'low']);
  assert.deepEqual(await readPages(quiet), []);
  assert.equal((await admin.get(`${path(999_999)}/alarm`)).status, 404);
  assert.equal((await admin.get(`${path(999_999)}/pages`)).status, 404);
});

test('acknowledging ends the alarm; only a person who raises the urgency begins it again', async () => {
  const { number } = await openIncident('warning');
  await paged(number, 2);
  await responder.post(`${path(number)}/acknowledge`);
  const alarm = await readAlarm(number);
  assert.deepEqual([alarm.state, alarm.due_at, alarm.next], ['acknowledged', null, []]);
  await responder.patch(path(number), { severity: 'error' });
  await paged(number, 4);
  assert.equal((await readAlarm(number)).state, 'running', 'from low to high');
  await responder.post(`${path(number)}/acknowledge`);
  assert.equal((await readAlarm(number)).state, 'acknowledged');
  await responder.patch(path(number), { severity: 'critical' });
  assert.equal((await readAlarm(number)).state, 'acknowledged', 'both are high');
  await responder.post(`${path(number)}/resolve`);
  assert.equal((await responder.post(`${path(number)}/reopen`)).status, 200);
  await paged(number, 6);
  await responder.post(`${path(number)}/resolve`);
  assert.equal((await readAlarm(number)).state, 'resolved');
});

test('pages that were not sent yet are canceled by an acknowledgement', async () => {
  mail.dataReply = '451 try later';
  const { number } = await openIncident();
  await eventually(async () => {
    const pages = await readPages(number);
    return pages.length === 2 && pages.every(({ attempts, state }) => state === 'due' && attempts.some(({ outcome }) => outcome === 'failed'));
  });
  await responder.post(`${path(number)}/acknowledge`);
  mail.dataReply = '250 accepted';
  const pages = await eventually(async () => {
    const all = await readPages(number);
    return all.every(({ state }) => state === 'cancelled') && all;
  });
  assert.deepEqual(pages.map(({ reason }) => reason), ['the incident was acknowledged', 'the incident was acknowledged']);
  assert.deepEqual(mailsOf(number), []);
});

test('a page that the mail server refuses for now is sent again, as the same message', async () => {
  mail.dataReply = '451 try later';
  const { number } = await openIncident();
  await eventually(async () => (await readPages(number)).filter(({ attempts }) => attempts.some(({ outcome }) => outcome === 'failed')).length === 2);
  mail.dataReply = '250 accepted';
  const pages = await paged(number, 2);
  for (const { attempts } of pages) {
    assert.ok(attempts.length >= 2);
    assert.equal(attempts.at(-1).outcome, 'accepted');
    assert.match(attempts[0].detail, /mail server/);
  }
  assert.deepEqual(mailsOf(number).map((message) => headerOf(message, 'Message-ID')).sort(), pages.map(({ id }) => `<page-${id}@acme.example>`).sort());
});

test('the link in an email shows a page with a button, and only the button acknowledges', async () => {
  const { number } = await openIncident('error', { title: '<b>Cart</b> & "more"' });
  await paged(number, 2);
  const message = mailsOf(number).find((one) => headerOf(one, 'To') === emailOf('owner'));
  const link = new URL(linkOf(message));
  assert.equal(link.origin, tocsin.url);
  const anonymous = tocsin.client();
  for (const method of ['GET', 'HEAD', 'GET']) {
    const shown = await anonymous.request(method, link.pathname);
    assert.equal(shown.status, 200);
    assert.match(shown.headers['content-security-policy'], /form-action 'self'/);
    assert.equal(shown.headers['referrer-policy'], 'no-referrer');
    if (method === 'GET') {
      assert.match(shown.text, /<button>Acknowledge<\/button>/);
      assert.ok(shown.text.includes('&lt;b&gt;Cart&lt;/b&gt; &amp; &quot;more&quot;') && !shown.text.includes('<b>'));
    }
  }
  assert.equal((await admin.get(path(number))).json.status, 'open', 'a scanner that follows the link changes nothing');
  const acted = await anonymous.post(link.pathname);
  assert.equal(acted.status, 200, acted.text);
  assert.match(acted.text, /is acknowledged/);
  const entry = (await admin.get(`${path(number)}/timeline`)).json.items.at(-1);
  assert.deepEqual([entry.kind, entry.actor.type, entry.actor.name], ['acknowledged', 'user', emailOf('owner')]);
  const pages = await readPages(number);
  assert.deepEqual(pages.map(({ person, state, acted_at }) => [person.email, state, acted_at !== null]).sort(), [[emailOf('admin'), 'accepted', false], [emailOf('owner'), 'acted', true]]);
  // Once.
  await responder.post(`${path(number)}/unacknowledge`);
  assert.match((await anonymous.post(link.pathname)).text, /is open/);
  assert.equal((await admin.get(path(number))).json.status, 'open');
  // Others, and after a day.
  assert.equal((await anonymous.get('/page/fake-link-that-does-not-exist')).status, 404);
  assert.equal((await anonymous.post('/page/fake-link-that-does-not-exist')).status, 404);
  const other = new URL(linkOf(mailsOf(number).find((one) => headerOf(one, 'To') === emailOf('admin'))));
  await advance(25 * 3600);
  assert.equal((await anonymous.post(other.pathname)).status, 404);
});

test('a policy goes on step by step and lap by lap to the last resort', async () => {
  const target = (kind, id) => ({ kind, id });
  const created = await admin.post(`${tocsin.org.path}/policies`, {
    slug: 'ladder', name: 'Ladder', laps: 2,
    steps: [{ wait: '2m', targets: [target('user', emailOf('responder'))] }, { wait: '10m', targets: [target('role', 'owner')] }],
  });
  assert.equal(created.status, 201, created.text);
  assert.equal((await admin.patch(`${tocsin.org.path}/policies/${created.json.id}`, { is_default: true })).json.is_default, true);
  const { number } = await openIncident();
  await paged(number, 1);
  assert.deepEqual(receiversOf(number), [emailOf('responder')]);
  // A change does not affect the running alarm.
  const changed = await admin.patch(`${tocsin.org.path}/policies/${created.json.id}`, { laps: 1 });
  assert.equal(changed.json.version, 2);
  assert.equal((await admin.delete(`${tocsin.org.path}/policies/${created.json.id}`)).json.code, 'in_use');
  const steps = [[120, 2, [emailOf('owner')]], [600, 3, [emailOf('responder')]], [120, 4, [emailOf('owner')]], [600, 6, [emailOf('admin'), emailOf('owner')]]];
  for (const [wait, count, added] of steps) {
    await advance(wait + 1);
    const pages = await paged(number, count);
    assert.equal(pages.length, count);
    assert.deepEqual(pages.slice(0, added.length).map(({ person }) => person.email).sort(), added);
  }
  const alarm = await eventually(async () => {
    const read = await readAlarm(number);
    return read.state === 'exhausted' && read;
  });
  assert.equal(alarm.policy_version, 1);
  assert.equal((await readPages(number))[0].reason, 'last resort');
  assert.ok((await tocsin.metric('tocsin_alarms_total{ended="exhausted"}')) >= 1);
});

test('a policy that reaches no person pages the owner and the admins at once', async () => {
  const [{ id }] = (await admin.get(`${tocsin.org.path}/policies`)).json.items.filter(({ is_default }) => is_default);
  const viewer = (await admin.get(`${tocsin.org.path}/members`)).json.items.find(({ role }) => role === 'viewer');
  await admin.patch(`${tocsin.org.path}/policies/${id}`, { laps: 3, steps: [{ wait: '5m', targets: [{ kind: 'user', id: viewer.email }] }] });
  assert.equal((await admin.delete(`${tocsin.org.path}/members/${viewer.id}`)).status, 204);
  const { number } = await openIncident();
  await paged(number, 2);
  assert.deepEqual(receiversOf(number), [emailOf('admin'), emailOf('owner')]);
  assert.equal((await readAlarm(number)).state, 'exhausted');
  assert.ok((await tocsin.metric('tocsin_pages_unreachable_total')) >= 1);
});

test('a service names its policy and how urgently severities page', async () => {
  const policy = (await admin.post(`${tocsin.org.path}/policies`, { slug: 'web', name: 'Web', steps: [{ targets: [{ kind: 'user', id: emailOf('responder') }] }] })).json;
  const made = await admin.post(`${tocsin.org.path}/services`, { slug: 'web', name: 'Web', policy_id: policy.id, urgency: { info: 'low' } });
  assert.deepEqual([made.json.policy_id, made.json.urgency], [policy.id, { critical: 'high', error: 'high', warning: 'low', info: 'low' }], made.text);
  const { number } = await openIncident('info', { service_id: made.json.id });
  await paged(number, 1);
  assert.deepEqual(receiversOf(number), [emailOf('responder')]);
  assert.deepEqual([(await readAlarm(number)).policy_id, (await readAlarm(number)).urgency], [policy.id, 'low']);
  // The alarm ends with the old service's policy, and begins with the new one's.
  await responder.patch(path(number), { severity: 'error', service_id: service.id });
  await paged(number, 3);
  assert.notEqual((await readAlarm(number)).policy_id, policy.id);
  assert.equal((await admin.delete(`${tocsin.org.path}/policies/${policy.id}`)).json.code, 'in_use');
  const own = `${tocsin.org.path}/services/${made.json.id}`;
  const changed = await admin.patch(own, { policy_id: null, urgency: { critical: 'none', error: 'low' } });
  assert.deepEqual([changed.json.policy_id, changed.json.urgency], [null, { critical: 'none', error: 'low', warning: 'low', info: 'low' }], changed.text);
  assert.equal((await admin.patch(own, { name: 'Web shop' })).json.urgency.error, 'low');
  assert.equal((await admin.delete(`${tocsin.org.path}/policies/${policy.id}`)).status, 204);
  for (const [wrong, where] of [[{ policy_id: policy.id }, 'policy_id'], [{ urgency: { error: 'loud' } }, 'urgency.error'], [{ urgency: { fatal: 'high' } }, 'urgency.fatal'], [{ urgency: 'high' }, 'urgency']]) {
    const refused = await admin.patch(own, wrong);
    assert.deepEqual([refused.status, refused.json.errors?.[0].path], [400, where], refused.text);
  }
});

test('the list of pages filters by state, person, and method', async () => {
  const all = (await admin.get(`${tocsin.org.path}/pages?limit=200`)).json.items;
  assert.ok(all.length > 10);
  const counted = async (query) => (await admin.get(`${tocsin.org.path}/pages?limit=200&${query}`)).json.items.length;
  assert.equal(await counted('state=acted'), all.filter(({ state }) => state === 'acted').length);
  assert.equal(await counted(`user=${emailOf('owner')}`), all.filter(({ person }) => person.email === emailOf('owner')).length);
  assert.equal(await counted('method=mail'), all.length);
  assert.equal(await counted('method=push'), 0);
  const first = (await admin.get(`${tocsin.org.path}/pages?limit=1`)).json;
  const second = (await admin.get(`${tocsin.org.path}/pages?limit=1&cursor=${first.next_cursor}`)).json;
  assert.deepEqual([first.items[0].id, second.items[0].id], [all[0].id, all[1].id]);
});
