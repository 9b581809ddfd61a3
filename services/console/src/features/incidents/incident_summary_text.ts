import type { Schemas } from "../../api/client";
import { duration } from "../../ui/time";

type Incident = Schemas["Incident"];
type Entry = Schemas["TimelineEntry"];

export interface Answers {
  care: string;
  going: string;
  alone: string;
  before: string;
  fixed: string | null;
}

const minute = 60_000;
// Longer silence than this, and it may be over.
const lull = 10 * minute;

const count = (n: number, what: string) => `${n.toLocaleString("en-GB")} ${what}${n === 1 ? "" : "s"}`;
const ago = (at: string, now: number) => `${duration(now - Date.parse(at))} ago`;

function careOf({ status, severity, environment, occurrences, context }: Incident): string {
  const where = environment ? ` in ${environment}` : "";
  const users = typeof context.users === "number" ? `, ${count(context.users, "user")}` : "";
  const what = `${severity}${where}, ${count(occurrences, "event")}${users}`;
  return status === "resolved" ? `No longer: it is resolved. It was ${what}.` : `${what}.`;
}

function goingOf({ status, last_seen_at, opened_at, occurrences }: Incident, now: number): string {
  const silence = now - Date.parse(last_seen_at);
  const seen = silence < 10_000 ? "last seen just now" : `last seen ${duration(silence)} ago`;
  if (status === "resolved") return `Resolved; ${seen}.`;
  const length = Date.parse(last_seen_at) - Date.parse(opened_at);
  const rate =
    occurrences > 1 && length >= minute ? `, about ${perTime(occurrences / (length / minute))}` : "";
  return silence > lull ? `Quiet since ${duration(silence)}.` : `Yes: ${seen}${rate}.`;
}

function perTime(per_minute: number): string {
  if (per_minute >= 1) return `${Math.round(per_minute).toLocaleString("en-GB")} a minute`;
  if (per_minute * 60 >= 1) return `${Math.round(per_minute * 60)} an hour`;
  return `${Math.max(1, Math.round(per_minute * 60 * 24))} a day`;
}

const isPerson = ({ actor }: Entry) => actor.type === "user";
const nameOf = ({ actor: { type, name } }: Entry) =>
  type === "user" ? name : type === "sentry" ? "Sentry" : "Tocsin";
const byTime = (a: Entry, b: Entry) => Date.parse(a.at) - Date.parse(b.at);

function aloneOf(incident: Incident, entries: readonly Entry[], now: number): string {
  const since = entries.findLastIndex(({ kind }) => kind === "reopened");
  const people = [
    ...new Set(
      entries
        .slice(since + 1)
        .filter(isPerson)
        .map(nameOf),
    ),
  ];
  const acknowledged = entries.slice(since + 1).findLast(({ kind }) => kind === "acknowledged");
  const parts = [
    incident.assignee ? `${incident.assignee} has it` : "",
    acknowledged ? `acknowledged by ${nameOf(acknowledged)} ${ago(acknowledged.at, now)}` : "",
  ].filter(Boolean);
  const others = people.filter(
    (name) => name !== incident.assignee && name !== (acknowledged && nameOf(acknowledged)),
  );
  if (others.length > 0) parts.push(`also on it: ${others.join(", ")}`);
  return parts.length > 0 ? `${parts.join("; ")}.` : "Nobody has it yet.";
}

function beforeOf(
  { reopened_count, opened_at, context }: Incident,
  entries: readonly Entry[],
  now: number,
): string {
  if (reopened_count === 0 && context.previous_number)
    return `Yes: as #${context.previous_number}. As this one first seen ${ago(opened_at, now)}.`;
  if (reopened_count === 0) return `No. First seen here ${ago(opened_at, now)}.`;
  const last = entries.findLast(({ kind }) => kind === "reopened");
  const times = reopened_count === 1 ? "once" : `${reopened_count} times`;
  return `Yes: it came back ${times}${last ? `, last ${ago(last.at, now)}` : ""}. First seen here ${ago(opened_at, now)}.`;
}

function fixedOf({ context }: Incident, entries: readonly Entry[], now: number): string | null {
  const end = entries.findLastIndex(({ kind }) => kind === "resolved" || kind === "archived");
  const resolved = entries[end];
  const past = context.last_resolution;
  if (resolved === undefined && past) {
    const note = past.note ? `: “${past.note}”` : ", without a note";
    return `#${past.number} was resolved by ${past.by} ${ago(past.at, now)}${past.release ? ` in ${past.release}` : ""}${note}.`;
  }
  if (resolved === undefined) return null;
  const note = resolved.text ?? entries.slice(0, end).findLast(({ kind }) => kind === "noted")?.text;
  const how = resolved.kind === "archived" ? "archived" : "resolved";
  return `${how} by ${nameOf(resolved)} ${ago(resolved.at, now)}${note ? `: “${note}”` : ", without a note."}`;
}

/** What an engineer asks who is woken by it, as far as the facts tell. Undefined entries are not there yet. */
export function answersOf(incident: Incident, timeline: readonly Entry[] | undefined, now: number): Answers {
  const entries = [...(timeline ?? [])].sort(byTime);
  return {
    care: careOf(incident),
    going: goingOf(incident, now),
    alone: aloneOf(incident, entries, now),
    before: beforeOf(incident, entries, now),
    fixed: fixedOf(incident, entries, now),
  };
}
