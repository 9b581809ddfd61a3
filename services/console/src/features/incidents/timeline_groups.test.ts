import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { groupEntries, isBy } from "./timeline_groups";

const entry = (
  minute: number,
  kind: Schemas["TimelineKind"],
  text: string | null = null,
  type: Schemas["ActorType"] = "sentry",
): Schemas["TimelineEntry"] => ({
  id: String(minute),
  at: `2026-01-02T03:${String(minute).padStart(2, "0")}:00Z`,
  kind,
  actor: { type, name: type },
  from: null,
  to: null,
  text,
  delivery_id: null,
  data: {},
});

const shapes = (entries: Schemas["TimelineEntry"][]) =>
  groupEntries(entries).map((group) => `${group[0].kind} ${group[0].text ?? ""} ${group.length}`);

test("repetitions are one group, also of two alternating rules", () => {
  const entries = [0, 1, 2, 3, 4].map((n) => entry(n, "alert_attached", n % 2 === 0 ? "High" : "Low"));
  expect(shapes(entries)).toEqual(["alert_attached High 3", "alert_attached Low 2"]);
  expect(groupEntries(entries)[0]?.map(({ id }) => id)).toEqual(["4", "2", "0"]);
});

test("what happened between repetitions separates them", () => {
  const entries = [
    entry(0, "opened"),
    entry(1, "alert_attached", "High"),
    entry(2, "alert_attached", "High"),
    entry(3, "acknowledged", null, "user"),
    entry(4, "alert_attached", "High"),
  ];
  expect(shapes(entries)).toEqual([
    "alert_attached High 1",
    "acknowledged  1",
    "alert_attached High 2",
    "opened  1",
  ]);
});

test("notes are never one group", () => {
  expect(shapes([entry(0, "noted", "again", "user"), entry(1, "noted", "again", "user")])).toHaveLength(2);
});

test("the filter separates people and Sentry", () => {
  const entries = [
    entry(0, "noted", "a", "user"),
    entry(1, "resolved"),
    entry(2, "reopened", null, "system"),
  ];
  const kept = (author: "all" | "people" | "sentry") =>
    entries.filter((item) => isBy(author, item)).map(({ kind }) => kind);
  expect(kept("all")).toHaveLength(3);
  expect(kept("people")).toEqual(["noted"]);
  expect(kept("sentry")).toEqual(["resolved"]);
});
