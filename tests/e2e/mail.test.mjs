// Invitations by mail if a mail server is configured. Failures of the mail server do not prevent invitations.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTocsin } from '../support/harness.mjs';
import { run } from '../support/program.mjs';
import { MailServer } from '../support/mail_server.mjs';

let mail;
let tocsin;
let admin;
let path;
before(async () => {
  mail = await MailServer.start();
  tocsin = await startTocsin({ env: { TOCSIN_SMTP_URL: mail.url, TOCSIN_MAIL_FROM: 'tocsin@acme.example' } });
  admin = await tocsin.signInAs('admin');
  path = `${tocsin.org.path}/invitations`;
});
after(async () => {
  await tocsin?.stop();
  await mail?.stop();
});

const bodyOf = (text) => Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'base64').toString('utf8');
const headerOf = (text, name) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1].trim();

test('an invitation is mailed to the invited address with the link', async () => {
  const invitation = await admin.post(path, { email: 'new@acme.example', role: 'responder' });
  assert.equal(invitation.status, 201, invitation.text);
  assert.equal(invitation.json.mailed, true, tocsin.service.tail(5));
  assert.equal(mail.messages.length, 1);
  const [message] = mail.messages;
  assert.equal(message.from, '<tocsin@acme.example>');
  assert.deepEqual(message.to, ['<new@acme.example>']);
  assert.equal(headerOf(message.text, 'To'), 'new@acme.example');
  assert.match(headerOf(message.text, 'Content-Type'), /charset=utf-8/);
  const body = bodyOf(message.text);
  assert.ok(body.includes(invitation.json.link));
  assert.ok(body.includes(`${tocsin.org.people.admin.email} invites you to the organization Acme`));
});

test('names cannot inject headers or commands into the message', async () => {
  await tocsin.sql("update tocsin.organizations set name = E'Acme\\r\\nBcc: everybody@example.com\\r\\n.\\r\\nMAIL FROM:<x@y>'");
  const count = mail.messages.length;
  const invitation = await admin.post(path, { email: 'second@acme.example', role: 'viewer' });
  assert.equal(invitation.json.mailed, true);
  assert.equal(mail.messages.length, count + 1);
  const message = mail.messages.at(-1);
  assert.equal(headerOf(message.text, 'Bcc'), undefined);
  assert.deepEqual(message.to, ['<second@acme.example>']);
  assert.equal(mail.commands.filter((line) => line.startsWith('MAIL FROM')).length, mail.messages.length);
  for (const email of ['a@b.example>', 'a@b.example,c', '<a@b.example']) {
    const invalid = await admin.post(path, { email, role: 'viewer' });
    assert.deepEqual([invalid.status, invalid.json.mailed], [201, false], invalid.text);
  }
  assert.equal(mail.messages.length, count + 1, 'nothing is sent to these addresses');
});

test('invitations work if the mail server refuses or is unreachable', async () => {
  mail.dataReply = '550 no';
  const refused = await admin.post(path, { email: 'third@acme.example', role: 'viewer' });
  assert.deepEqual([refused.status, refused.json.mailed], [201, false]);
  assert.match(refused.json.link, /\/invitation#/);
  assert.ok(tocsin.service.lines.some((line) => line.event === 'invitation not mailed' && line.invitation === refused.json.id));
  assert.ok(!tocsin.service.lines.some((line) => line.text.includes(new URL(refused.json.link).hash.slice(1))), 'the link is not logged');
  await mail.stop();
  mail = undefined;
  const unreachable = await admin.post(path, { email: 'fourth@acme.example', role: 'viewer' });
  assert.deepEqual([unreachable.status, unreachable.json.mailed], [201, false]);
});

test('an incomplete configuration is refused without showing the password', async () => {
  const done = await run(['serve'], { env: { TOCSIN_SMTP_URL: 'smtp://user:fake-secret@host/path' } });
  assert.equal(done.status, 2);
  assert.match(done.stderr, /TOCSIN_SMTP_URL/);
  assert.match(done.stderr, /TOCSIN_MAIL_FROM/);
  assert.doesNotMatch(done.stderr, /fake-secret/);
});
