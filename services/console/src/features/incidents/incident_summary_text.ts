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

/** "2 per minute", in the largest unit with a rate of at least one. */
function formatRate(per_minute: number): string {
  if (per_minute >= 1) return `${formatNumber(Math.round(per_minute))} per minute`;
  if (per_minute * 60 >= 1) return `${Math.round(per_minute * 60)} per hour`;
  return `${Math.max(1, Math.round(per_minute * 60 * 24))} per day`;
}

function activityOf({ status, last_seen_at, opened_at, occurrences }: Incident, now: number): string {
  const silence = now - Date.parse(last_seen_at);
  const seen = silence < 10_000 ? "last event now" : `last event ${formatDuration(silence)} ago`;
  if (status === "resolved") return `Resolved, ${seen}`;
  if (silence > quiet_after) return `No events for ${formatDuration(silence)}`;
  const length = Date.parse(last_seen_at) - Date.parse(opened_at);
  const rate =
    occurrences > 1 && length >= minute ? `, ${formatRate(occurrences / (length / minute))} on average` : "";
  return `Ongoing: ${seen}${rate}`;
}

const isUser = ({ actor }: Entry) => actor.type === "user";
const actorName = ({ actor: { type, name } }: Entry) =>
  type === "user" ? name : type === "sentry" ? "Sentry" : "Tocsin";
const byTime = (a: Entry, b: Entry) => Date.parse(a.at) - Date.parse(b.at);

function ownerOf({ assignee }: Incident, entries: readonly Entry[], now: number): string {
  const since_reopened = entries.slice(entries.findLastIndex(({ kind }) => kind === "reopened") + 1);
  const acknowledgement = since_reopened.findLast(({ kind }) => kind === "acknowledged");
  const acknowledger = acknowledgement && actorName(acknowledgement);
  const others = [...new Set(since_reopened.filter(isUser).map(actorName))].filter(
    (name) => name !== assignee && name !== acknowledger,
  );
  const parts = [
    assignee ? `Assigned to ${assignee}` : "",
    acknowledgement ? `acknowledged by ${acknowledger} ${ago(acknowledgement.at, now)}` : "",
    others.length > 0 ? `also active: ${others.join(", ")}` : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join("; ") : "Unassigned";
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
    activity: activityOf(incident, now),
    owner: ownerOf(incident, entries, now),
    history: historyOf(incident, entries, now),
    lastResolution: lastResolutionOf(incident, entries, now),
  };
}
