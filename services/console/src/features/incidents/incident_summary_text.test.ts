import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { incident } from "../../test/samples";
import { answersOf } from "./incident_summary_text";

const now = Date.parse("2026-01-02T04:00:00Z");
const before = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

let id = 0;
const entry = (
  minutes: number,
  kind: Schemas["TimelineKind"],
  name = "Sentry",
  text: string | null = null,
): Schemas["TimelineEntry"] => {
  id += 1;
  const type = name === "Sentry" ? "sentry" : "user";
  return {
    id: String(id),
    at: before(minutes),
    kind,
    actor: { type, name },
    from: null,
    to: null,
    text,
    delivery_id: null,
    data: {},
  };
};

const fresh = () => incident(7, { opened_at: before(60), last_seen_at: before(0.5), occurrences: 121 });

test.each([
  ["open, in production", incident(7, { occurrences: 1824 }), "error in production, 1,824 events."],
  [
    "with users",
    incident(7, { occurrences: 1, context: { users: 12 } }),
    "error in production, 1 event, 12 users.",
  ],
  [
    "resolved",
    incident(7, { status: "resolved" }),
    "No longer: it is resolved. It was error in production, 3 events.",
  ],
])("should I care: %s", (_name, subject, answer) => {
  expect(answersOf(subject, [], now).care).toBe(answer);
});

test.each([
  ["happening", fresh(), "Yes: last seen 30 s ago, about 2 a minute."],
  [
    "seldom",
    incident(7, { opened_at: before(180), last_seen_at: before(1), occurrences: 9 }),
    "Yes: last seen 1 min ago, about 3 an hour.",
  ],
  [
    "just now, once",
    incident(7, { opened_at: before(0), last_seen_at: before(0), occurrences: 1 }),
    "Yes: last seen just now.",
  ],
  ["silent", incident(7, { opened_at: before(180), last_seen_at: before(95) }), "Quiet since 1 h 35 min."],
  ["over", incident(7, { status: "resolved", last_seen_at: before(20) }), "Resolved; last seen 20 min ago."],
])("is it still going on: %s", (_name, subject, answer) => {
  expect(answersOf(subject, [], now).going).toBe(answer);
});

test.each([
  ["nobody", fresh(), [entry(60, "opened")], "Nobody has it yet."],
  ["assigned", incident(7, { assignee: "ana@example.com" }), [], "ana@example.com has it."],
  [
    "acknowledged, with company",
    fresh(),
    [
      entry(60, "opened"),
      entry(50, "acknowledged", "ana@example.com"),
      entry(40, "noted", "ben@example.com", "hm"),
    ],
    "acknowledged by ana@example.com 50 min ago; also on it: ben@example.com.",
  ],
  [
    "who was on it before it came back is not on it now",
    fresh(),
    [entry(300, "acknowledged", "ana@example.com"), entry(200, "resolved"), entry(10, "reopened")],
    "Nobody has it yet.",
  ],
])("am I alone on it: %s", (_name, subject, entries, answer) => {
  expect(answersOf(subject, entries, now).alone).toBe(answer);
});

test("seen before, and how it was fixed", () => {
  const subject = incident(7, { reopened_count: 2, opened_at: before(600) });
  const entries = [
    entry(10, "reopened"),
    entry(600, "opened"),
    entry(200, "noted", "ana@example.com", "rolled back"),
    entry(180, "resolved", "ana@example.com"),
  ];
  const { before: seen, fixed } = answersOf(subject, entries, now);
  expect(seen).toBe("Yes: it came back 2 times, last 10 min ago. First seen here 10 h ago.");
  expect(fixed).toBe("resolved by ana@example.com 3 h ago: “rolled back”");
});

test("the first time, and nothing known of a repair", () => {
  const { before: seen, fixed } = answersOf(fresh(), undefined, now);
  expect(seen).toBe("No. First seen here 1 h ago.");
  expect(fixed).toBeNull();
});

test("the incident before this one answers for it", () => {
  const subject = incident(9, {
    opened_at: before(5),
    context: {
      previous_number: 4,
      last_resolution: {
        number: 4,
        at: before(60),
        by: "ana@example.com",
        note: "restarted the queue",
        release: "shop@1.2",
      },
    },
  });
  const { before: seen, fixed } = answersOf(subject, [entry(5, "opened")], now);
  expect(seen).toBe("Yes: as #4. As this one first seen 5 min ago.");
  expect(fixed).toBe("#4 was resolved by ana@example.com 1 h ago in shop@1.2: “restarted the queue”.");
});
