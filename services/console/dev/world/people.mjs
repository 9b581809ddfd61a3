// Mock members, invitations, tokens, sessions, and audit log.
import { at, day, hour, minute, uuid } from "./common.mjs";

export const members = ["owner", "admin", "responder", "viewer"].map((role, n) => ({
  id: uuid(700 + n),
  email: `${role}@example.com`,
  name: n % 2 === 0 ? "" : `The ${role}`,
  role,
  is_me: role === "admin",
  created_at: at((90 - n) * day),
}));

export const invitations = [
  {
    id: uuid(720),
    email: "someone-with-a-very-long-address@mail.example.com",
    role: "responder",
    invited_by: "admin@example.com",
    created_at: at(day),
    expires_at: at(-2 * day),
  },
];

export const tokens = [
  ["deploy script", "admin", at(3 * minute), null],
  ["nightly report", "viewer", null, at(-40 * day)],
].map(([name, role, last_used_at, expires_at], n) => ({
  id: uuid(730 + n),
  name,
  prefix: "tocsin_fake",
  role,
  created_by: "owner@example.com",
  created_at: at(20 * day),
  expires_at,
  last_used_at,
}));

export const audit = [
  ["member.changed", "member", "responder@example.com", { role: "viewer" }, { role: "responder" }],
  ["service.created", "service", "Checkout <b>", null, { slug: "checkout", name: "Checkout <b>" }],
].map(([action, kind, name, before, after], n) => ({
  id: String(n + 1),
  at: at((n + 1) * hour),
  actor: { kind: "user", id: uuid(701), name: "admin@example.com" },
  action,
  subject: { kind, id: uuid(750 + n), name },
  before,
  after,
  address: "192.0.2.7",
  request_id: "0123456789abcdef0123456789abcdef",
}));

export const sessions = [true, false].map((current, n) => ({
  id: uuid(760 + n),
  current,
  address: `192.0.2.${n + 7}`,
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  created_at: at((n + 1) * day),
  last_seen_at: at(n * hour),
}));

export const invitation = {
  organization: { slug: "example", name: "Example" },
  email: "new@example.com",
  role: "responder",
  has_account: false,
  expires_at: at(-2 * day),
};

export const session = {
  user: { email: "admin@example.com", name: "Admin" },
  orgs: [
    { slug: "example", name: "Example Shop", role: "admin" },
    { slug: "labs", name: "Example Labs", role: "viewer" },
  ],
};
