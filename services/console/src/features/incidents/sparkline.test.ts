import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { hourlyCounts } from "./sparkline";

const now = Date.parse("2026-01-02T12:00:00Z");
const entry = (kind: Schemas["TimelineEntry"]["kind"], minutes_ago: number): Schemas["TimelineEntry"] => ({
  id: String(minutes_ago),
  at: new Date(now - minutes_ago * 60_000).toISOString(),
  kind,
  actor: { type: "sentry", name: "Sentry" },
  from: null,
  to: null,
  text: null,
  delivery_id: null,
  data: {},
});

test("alerts and events by hour, within 24 hours", () => {
  const counts = hourlyCounts(
    [
      entry("alert_attached", 0),
      entry("event_counted", 59),
      entry("noted", 10),
      entry("opened", 60),
      entry("alert_attached", 24 * 60 - 1),
      entry("alert_attached", 24 * 60),
      entry("alert_attached", -5),
    ],
    now,
  );
  expect(counts).toHaveLength(24);
  expect([counts.at(-1), counts.at(-2), counts[0]]).toEqual([2, 1, 1]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
});
