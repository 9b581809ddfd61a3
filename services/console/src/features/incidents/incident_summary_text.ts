import type { Schemas } from "../../api/client";
import { severity_labels } from "../../api/vocabulary";
import { formatCount, formatDuration, formatNumber } from "../../ui/format";

type Incident = Schemas["Incident"];
type Entry = Schemas["TimelineEntry"];

/** Null: unknown, or nothing to say. */
export interface SummaryTexts {
  impact: string;
  activity: string;
  owner: string;
  history: string;
  lastResolution: string | null;
}

const minute = 60_000;
// After this long without events, the problem may be over.
const quiet_after = 10 * minute;

const ago = (at: string, now: number) => `${formatDuration(now - Date.parse(at))} ago`;

function impactOf({ status, severity, environment, occurrences, context }: Incident): string {
  const place = environment ? ` in ${environment}` : "";
  const users = typeof context.users === "number" ? `, ${formatCount(context.users, "user")}` : "";
  const text = `${severity_labels[severity]}${place}, ${formatCount(occurrences, "event")}${users}`;
  return status === "resolved" ? `Resolved. Before: ${text}` : text;
}

/** Alerts within the last five minutes and the last hour, from the timeline; empty if there were none. */
function alertRate(entries: readonly Entry[], now: number): string {
  const countSince = (length: number) =>
    entries.filter(({ kind, at }) => kind === "alert_attached" && now - Date.parse(at) <= length).length;
  const in_hour = countSince(60 * minute);
  if (in_hour === 0) return "";
  return `, ${formatCount(countSince(5 * minute), "alert")} in 5m, ${formatNumber(in_hour)} in 1h`;
}

function activityOf({ status, last_seen_at }: Incident, entries: readonly Entry[], now: number): string {
  const silence = now - Date.parse(last_seen_at);
  const seen = silence < 10_000 ? "last event now" : `last event ${formatDuration(silence)} ago`;
  if (status === "resolved") return `Resolved, ${seen}`;
  if (silence > quiet_after) return `No events for ${formatDuration(silence)}`;
  return `Ongoing: ${seen}${alertRate(entries, now)}`;
}

const isUser = ({ actor }: Entry) => actor.type === "user";
const actorName = ({ actor: { type, name } }: Entry) =>
  type === "user" ? name : type === "sentry" ? "Sentry" : "Tocsin";
const byTime = (a: Entry, b: Entry) => Date.parse(a.at) - Date.parse(b.at);

function ownerOf({ assignee, status }: Incident, entries: readonly Entry[], now: number): string {
  const since_reopened = entries.slice(entries.findLastIndex(({ kind }) => kind === "reopened") + 1);
  // An open incident is not acknowledged, even if it was before.
  const acknowledgement =
    status === "acknowledged" ? since_reopened.findLast(({ kind }) => kind === "acknowledged") : undefined;
  const acknowledger = acknowledgement && actorName(acknowledgement);
  const others = [...new Set(since_reopened.filter(isUser).map(actorName))].filter(
    (name) => name !== assignee && name !== acknowledger,
  );
  const parts = [
    assignee ? `Assigned to ${assignee}` : "",
    acknowledgement ? `acknowledged by ${acknowledger} ${ago(acknowledgement.at, now)}` : "",
    others.length > 0 ? `${assignee || acknowledgement ? "also " : ""}active: ${others.join(", ")}` : "",
  ].filter(Boolean);
  if (!assignee && !acknowledgement) parts.unshift("Unassigned");
  return parts.join("; ");
}

function historyOf(
  { reopened_count, opened_at, context }: Incident,
  entries: readonly Entry[],
  now: number,
): string {
  const first = `first seen ${ago(opened_at, now)}`;
  if (reopened_count === 0)
    return context.previous_number ? `Returned after #${context.previous_number}; ${first}` : `New, ${first}`;
  const last = entries.findLast(({ kind }) => kind === "reopened");
  const times = reopened_count === 1 ? "once" : `${reopened_count} times`;
  return `Reopened ${times}${last ? `, last ${ago(last.at, now)}` : ""}; ${first}`;
}

const quoted = (note: string | null | undefined) => (note ? `: “${note}”` : ", without a note");

function lastResolutionOf({ context }: Incident, entries: readonly Entry[], now: number): string | null {
  const index = entries.findLastIndex(({ kind }) => kind === "resolved" || kind === "archived");
  const resolution = entries[index];
  const previous = context.last_resolution;
  if (resolution === undefined)
    return previous
      ? `#${previous.number} was resolved by ${previous.by} ${ago(previous.at, now)}${previous.release ? ` in ${previous.release}` : ""}${quoted(previous.note)}`
      : null;
  const note = resolution.text ?? entries.slice(0, index).findLast(({ kind }) => kind === "noted")?.text;
  const verb = resolution.kind === "archived" ? "Archived" : "Resolved";
  return `${verb} by ${actorName(resolution)} ${ago(resolution.at, now)}${quoted(note)}`;
}

/** What an engineer who was paged needs to know first. The timeline is undefined until it is loaded. */
export function summaryTextsOf(
  incident: Incident,
  timeline: readonly Entry[] | undefined,
  now: number,
): SummaryTexts {
  const entries = [...(timeline ?? [])].sort(byTime);
  return {
    impact: impactOf(incident),
    activity: activityOf(incident, entries, now),
    owner: ownerOf(incident, entries, now),
    history: historyOf(incident, entries, now),
    lastResolution: lastResolutionOf(incident, entries, now),
  };
}
