import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { incident } from "../../test/samples";
import { incidentMarkdown, timelineCsv } from "./incident_export";

const entry = (
  id: string,
  at: string,
  overrides: Partial<Schemas["TimelineEntry"]>,
): Schemas["TimelineEntry"] => ({
  id,
  at,
  kind: "noted",
  actor: { type: "user", name: "Ada" },
  from: null,
  to: null,
  text: null,
  delivery_id: null,
  data: {},
  ...overrides,
});

const entries = [
  entry("2", "2026-01-02T03:10:00Z", { text: 'Rolled back, "again"\n=HYPERLINK("x")' }),
  entry("1", "2026-01-02T03:04:05Z", { kind: "opened", actor: { type: "sentry", name: "Sentry" } }),
  entry("3", "2026-01-02T03:11:00Z", { kind: "severity_changed", from: "error", to: "critical" }),
];

test("an incident as Markdown: its facts and its timeline, oldest first", () => {
  const text = incidentMarkdown(
    incident(7, { title: "*No* answer <b>", assignee: "ada@example.com" }),
    entries,
    "https://tocsin.example.com/o/example/incidents/7",
  );
  expect(text).toContain("# #7 \\*No\\* answer \\<b\\>\n");
  expect(text).toContain("- Owner: ada@example.com\n");
  expect(text).toContain("- Tocsin: <https://tocsin.example.com/o/example/incidents/7>\n");
  expect(text).not.toContain("Resolved");
  const timeline = text.split("## Timeline\n\n")[1];
  expect(timeline).toBe(
    [
      "- 2026-01-02 03:04 UTC: **Sentry** opened",
      '- 2026-01-02 03:10 UTC: **Ada** noted: Rolled back, "again" =HYPERLINK("x")',
      "- 2026-01-02 03:11 UTC: **Ada** severity changed (error to critical)",
      "",
    ].join("\n"),
  );
});

test("a timeline as comma-separated values: quoted, and no formulas", () => {
  const rows = timelineCsv([
    ...entries,
    entry("4", "2026-01-02T03:12:00Z", { text: "=1+1" }),
    entry("5", "2026-01-02T03:13:00Z", { text: "-1" }),
  ]).split("\r\n");
  expect(rows[0]).toBe('"at","kind","actor_type","actor","from","to","text","delivery_id"');
  expect(rows[2]).toBe(
    '"2026-01-02T03:10:00Z","noted","user","Ada","","","Rolled back, ""again""\n=HYPERLINK(""x"")",""',
  );
  expect(rows[4]).toContain(`"'=1+1"`);
  expect(rows[5]).toContain(`"'-1"`);
  expect(rows).toHaveLength(7);
});
