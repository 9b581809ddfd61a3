import type { Schemas } from "../../api/client";

type Entry = Schemas["TimelineEntry"];

/** Entries that say the same, the newest first. */
export type EntryGroup = readonly [Entry, ...Entry[]];

/** What Sentry reports again and again. */
const repeated_kinds: readonly Entry["kind"][] = ["alert_attached", "event_counted", "updated"];

const keyOf = ({ kind, actor, text, from, to }: Entry) =>
  JSON.stringify([kind, actor.type, actor.name, text, from, to]);

/** The entries, newest first. Repetitions without any other entry between them are one group, at the time of the last one. */
export function groupEntries(entries: readonly Entry[]): EntryGroup[] {
  const sorted = [...entries].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const groups: [Entry, ...Entry[]][] = [];
  let run = new Map<string, [Entry, ...Entry[]]>();
  for (const entry of sorted) {
    const isRepeated = repeated_kinds.includes(entry.kind);
    if (!isRepeated) run = new Map();
    const key = keyOf(entry);
    const group = run.get(key);
    if (group) {
      group.push(entry);
      continue;
    }
    const created: [Entry, ...Entry[]] = [entry];
    groups.push(created);
    if (isRepeated) run.set(key, created);
  }
  return groups;
}

export type Author = "all" | "people" | "sentry";

/** What Tocsin itself did belongs to neither. */
export const isBy = (author: Author, { actor }: Entry) =>
  author === "all" || actor.type === (author === "people" ? "user" : "sentry");
