// Mock policies, an alarm, and pages.
import { at, day, minute, uuid } from "./common.mjs";
import { members } from "./people.mjs";

const step = (wait, ...targets) => ({
  wait,
  everyone_must_ack: false,
  targets: targets.map(([kind, id]) => ({ kind, id, urgency: "as_is", pick: "all" })),
});

export const policies = [
  {
    slug: "default",
    name: "Owner and admins",
    is_default: true,
    steps: [
      step("5m", ["user", "responder@example.com"]),
      step("10m", ["role", "admin"], ["user", "responder@example.com"]),
    ],
  },
  { slug: "shop", name: "Shop", is_default: false, steps: [step("5m", ["role", "responder"])] },
].map((policy, n) => ({
  id: uuid(800 + n),
  version: n + 1,
  laps: 3,
  last_resort: true,
  created_at: at(30 * day),
  ...policy,
}));

const [owner, admin, responder] = members.map(({ email, name }) => ({ email, name }));

export const alarm = () => ({
  state: "running",
  policy_id: policies[0].id,
  policy_version: 1,
  urgency: "high",
  step: 2,
  lap: 1,
  due_at: at(-3.2 * minute),
  started_at: at(9 * minute),
  ended_at: null,
  next: [owner, admin].map((person) => ({ person, at: at(-3.2 * minute) })),
});

export const none = {
  state: "none",
  policy_id: null,
  policy_version: null,
  urgency: null,
  step: null,
  lap: null,
  due_at: null,
  started_at: null,
  ended_at: null,
  next: [],
};

const page = (n, person, state, change) => ({
  id: uuid(820 + n),
  incident_number: 1042,
  person,
  method: { kind: "mail", mask: `${person.email[0]}•••@example.com` },
  step: 1,
  lap: 1,
  urgency: "high",
  state,
  reason: null,
  due_at: at(4 * minute),
  accepted_at: null,
  delivered_at: null,
  seen_at: null,
  acted_at: null,
  attempts: [],
  ...change,
});

/** Newest first. */
export const pages = [
  page(4, admin, "due", {
    due_at: at(-minute / 2),
    reason: "The mail server did not take it; it is sent again.",
    attempts: [
      { at: at(2 * minute), outcome: "failed", http_status: null, detail: "451 4.3.2 Try again later" },
    ],
  }),
  page(3, owner, "failed", {
    attempts: [
      { at: at(4 * minute), outcome: "refused", http_status: null, detail: "550 5.1.1 No such mailbox" },
    ],
    reason: "The mail server refused it.",
  }),
  page(2, responder, "seen", {
    step: 0,
    due_at: at(9 * minute),
    method: { kind: "push", mask: "Firefox on Android" },
    accepted_at: at(9 * minute),
    delivered_at: at(8.9 * minute),
    seen_at: at(7 * minute),
  }),
  page(1, responder, "accepted", { step: 0, due_at: at(9 * minute), accepted_at: at(8.9 * minute) }),
];
