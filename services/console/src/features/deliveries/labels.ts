import type { Schemas } from "../../api/client";

type Outcome = Schemas["Outcome"];

export const outcomes: readonly Outcome[] = [
  "opened",
  "reopened",
  "updated",
  "resolved",
  "duplicate",
  "stale",
  "unmapped",
  "inactive",
  "filtered",
  "ignored",
  "unreadable",
];

export const resources = [
  "issue",
  "event_alert",
  "metric_alert",
  "activity_alert",
  "error",
  "comment",
  "installation",
] as const;

const meanings: Record<Outcome, string> = {
  opened: "It opened an incident.",
  reopened: "It reopened an incident that had been resolved.",
  updated: "It changed an incident that was already there.",
  resolved: "It resolved an incident.",
  duplicate: "It repeats an earlier delivery, so it had no effect of its own.",
  stale: "It contradicts itself or is older than what is known, so nothing was changed.",
  unmapped: "Its Sentry project is not mapped to a service, so it opened nothing. It is kept.",
  inactive: "The mapping or the integration is paused, so it opened nothing. It is kept.",
  filtered: "A filter of the mapping keeps it out: its environment or its level.",
  ignored: "This kind of delivery has no effect, or nothing was there for it to act on.",
  unreadable: "Its body could not be understood.",
};

export const meaningOf = (outcome: Outcome) => meanings[outcome] ?? "";

const without_effect: ReadonlySet<string> = new Set(["duplicate", "stale", "ignored", "unreadable"]);

/** Whether what was tried would change anything if it were run for real. */
export const effectOf = (outcome: string): "some" | "none" => (without_effect.has(outcome) ? "none" : "some");
