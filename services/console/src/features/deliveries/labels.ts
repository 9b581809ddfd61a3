import type { Outcome } from "../../api/vocabulary";

/** Sentry's webhook resources (the header Sentry-Hook-Resource). */
export const resources = [
  "issue",
  "event_alert",
  "metric_alert",
  "activity_alert",
  "error",
  "comment",
  "installation",
] as const;

interface OutcomeInfo {
  meaning: string;
  /** Deliveries with this outcome open or change an incident. */
  changesIncident: boolean;
  /** A replay with this outcome may be useful: it changes an incident or records the current reason. */
  isReplayable: boolean;
}

export const outcome_infos: Record<Outcome, OutcomeInfo> = {
  opened: { meaning: "It opened an incident.", changesIncident: true, isReplayable: true },
  reopened: { meaning: "It reopened a resolved incident.", changesIncident: true, isReplayable: true },
  updated: { meaning: "It updated an existing incident.", changesIncident: true, isReplayable: true },
  resolved: { meaning: "It resolved an incident.", changesIncident: true, isReplayable: true },
  duplicate: {
    meaning: "It repeats an earlier delivery and had no effect of its own.",
    changesIncident: false,
    isReplayable: false,
  },
  stale: {
    meaning: "It contradicts itself or is out of date. Nothing was changed.",
    changesIncident: false,
    isReplayable: false,
  },
  unmapped: {
    meaning:
      "Its Sentry project is not mapped to a service, so no incident was opened. The delivery is stored.",
    changesIncident: false,
    isReplayable: true,
  },
  inactive: {
    meaning: "The mapping or the integration is paused, so no incident was opened. The delivery is stored.",
    changesIncident: false,
    isReplayable: true,
  },
  filtered: {
    meaning: "The mapping excludes its environment or level.",
    changesIncident: false,
    isReplayable: true,
  },
  ignored: {
    meaning: "Deliveries of this kind have no effect, or there was no incident to change.",
    changesIncident: false,
    isReplayable: false,
  },
  unreadable: { meaning: "Its body could not be read.", changesIncident: false, isReplayable: false },
};

/** An outcome that a newer server may have sent has no entry. */
export const outcomeInfo = (outcome: string): OutcomeInfo | undefined =>
  Object.hasOwn(outcome_infos, outcome) ? outcome_infos[outcome as Outcome] : undefined;
