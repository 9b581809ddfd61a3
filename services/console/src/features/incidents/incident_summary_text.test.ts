import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { incident } from "../../test/samples";
import { summaryTextsOf } from "./incident_summary_text";

const now = Date.parse("2026-01-02T04:00:00Z");
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

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
    at: minutesAgo(minutes),
    kind,
    actor: { type, name },
    from: null,
    to: null,
    text,
    delivery_id: null,
    data: {},
  };
};

const ongoing = () =>
  incident(7, { opened_at: minutesAgo(60), last_seen_at: minutesAgo(0.5), occurrences: 121 });

test.each([
  ["an open incident in production", incident(7, { occurrences: 1824 }), "Error in production, 1,824 events"],
  [
    "an incident with users",
    incident(7, { occurrences: 1, context: { users: 12 } }),
    "Error in production, 1 event, 12 users",
  ],
  [
    "a resolved incident",
    incident(7, { status: "resolved" }),
    "Resolved. Before: Error in production, 3 events",
  ],
])("impact of %s", (_name, subject, text) => {
  expect(summaryTextsOf(subject, [], now).impact).toBe(text);
});

test.each([
  ["an ongoing problem", ongoing(), "Ongoing: last event 30s ago"],
  [
    "a single event now",
    incident(7, { opened_at: minutesAgo(0), last_seen_at: minutesAgo(0), occurrences: 1 }),
    "Ongoing: last event now",
  ],
  [
    "a quiet incident",
    incident(7, { opened_at: minutesAgo(180), last_seen_at: minutesAgo(95) }),
    "No events for 1h 35m",
  ],
  [
    "a resolved incident",
    incident(7, { status: "resolved", last_seen_at: minutesAgo(20) }),
    "Resolved, last event 20m ago",
  ],
])("activity of %s", (_name, subject, text) => {
  expect(summaryTextsOf(subject, [], now).activity).toBe(text);
});

test("activity compares the alerts of the last five minutes with those of the last hour", () => {
  const alerts = [1, 2, 4, 30, 59, 61, 500].map((minutes) => entry(minutes, "alert_attached"));
  const { activity } = summaryTextsOf(ongoing(), alerts, now);
  expect(activity).toBe("Ongoing: last event 30s ago, 3 alerts in 5m, 5 in 1h");
});

test.each([
  ["a new incident", ongoing(), [entry(60, "opened")], "Unassigned"],
  ["an assigned incident", incident(7, { assignee: "ana@example.com" }), [], "Assigned to ana@example.com"],
  [
    "an acknowledged incident with another active user",
    { ...ongoing(), status: "acknowledged" as const },
    [
      entry(60, "opened"),
      entry(50, "acknowledged", "ana@example.com"),
      entry(40, "noted", "ben@example.com", "hm"),
    ],
    "acknowledged by ana@example.com 50m ago; also active: ben@example.com",
  ],
  [
    "an open incident whose acknowledgment was undone",
    ongoing(),
    [entry(50, "acknowledged", "ana@example.com"), entry(49, "unacknowledged", "ana@example.com")],
    "Unassigned; active: ana@example.com",
  ],
  [
    "an incident that was acknowledged before it was reopened",
    ongoing(),
    [entry(300, "acknowledged", "ana@example.com"), entry(200, "resolved"), entry(10, "reopened")],
    "Unassigned",
  ],
])("owner of %s", (_name, subject, entries, text) => {
  expect(summaryTextsOf(subject, entries, now).owner).toBe(text);
});

test("history and last resolution of a reopened incident", () => {
  const subject = incident(7, { reopened_count: 2, opened_at: minutesAgo(600) });
  const entries = [
    entry(10, "reopened"),
    entry(600, "opened"),
    entry(200, "noted", "ana@example.com", "rolled back"),
    entry(180, "resolved", "ana@example.com"),
  ];
  const { history, lastResolution } = summaryTextsOf(subject, entries, now);
  expect(history).toBe("Reopened 2 times, last 10m ago; first seen 10h ago");
  expect(lastResolution).toBe("Resolved by ana@example.com 3h ago: “rolled back”");
});

test("a new incident has no last resolution", () => {
  const { history, lastResolution } = summaryTextsOf(ongoing(), undefined, now);
  expect(history).toBe("New, first seen 1h ago");
  expect(lastResolution).toBeNull();
});

test("the last resolution of the previous incident", () => {
  const subject = incident(9, {
    opened_at: minutesAgo(5),
    context: {
      previous_number: 4,
      last_resolution: {
        number: 4,
        at: minutesAgo(60),
        by: "ana@example.com",
        note: "restarted the queue",
        release: "shop@1.2",
      },
    },
  });
  const { history, lastResolution } = summaryTextsOf(subject, [entry(5, "opened")], now);
  expect(history).toBe("Returned after #4; first seen 5m ago");
  expect(lastResolution).toBe("#4 was resolved by ana@example.com 1h ago in shop@1.2: “restarted the queue”");
});
