import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { formatNumber } from "../../ui/format";
import { linked } from "../../ui/linked_text";
import { TextLink } from "../../ui/text_link";
import { LocalTime, RelativeTime } from "../../ui/time";
import css from "./detail_page.module.css";
import { type Author, type EntryGroup, groupEntries, isBy } from "./timeline_groups";

type Entry = Schemas["TimelineEntry"];

/** What the actor did. */
const kind_texts: Record<Entry["kind"], string> = {
  opened: "opened the incident",
  updated: "sent an update",
  acknowledged: "acknowledged",
  unacknowledged: "unacknowledged",
  resolved: "resolved",
  reopened: "reopened",
  noted: "added a note",
  severity_changed: "changed the severity",
  assigned: "changed the assignee",
  alert_attached: "alert fired",
  archived: "archived the issue",
  event_counted: "counted an event",
  commented: "commented",
};

/** Kinds with a value before and after. The text of a status change says it all. */
const shows_values: readonly Entry["kind"][] = ["severity_changed", "assigned"];

function actorName({ type, name }: Entry["actor"]) {
  if (type === "sentry")
    return name && name !== "Sentry" && name !== "sentry" ? `${name} (Sentry)` : "Sentry";
  if (type === "system") return "Tocsin";
  return name;
}

const EntryTime = ({ org, entry: { at, delivery_id } }: { org: string; entry: Entry }) => (
  <div className={css.time}>
    <span>
      <LocalTime at={at} /> (<RelativeTime at={at} />)
    </span>
    {delivery_id ? (
      <TextLink to="/o/$org/deliveries/$id" params={{ org, id: delivery_id }}>
        Delivery
      </TextLink>
    ) : null}
  </div>
);

// The newest of a group; more would make the page as long as without groups.
const shown_repetitions = 50;

/** How often, and from when to when. */
function Repetitions({ org, group }: { org: string; group: EntryGroup }) {
  const [isOpen, setOpen] = useState(false);
  const [newest] = group;
  const oldest = group.at(-1) ?? newest;
  return (
    <>
      <div className={css.time}>
        <span>
          {formatNumber(group.length)} times, <LocalTime at={oldest.at} /> to <LocalTime at={newest.at} /> (
          <RelativeTime at={newest.at} />)
        </span>
        <button type="button" className={css.expand} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide" : "Show each"}
        </button>
      </div>
      {isOpen ? (
        <ol className={css.repetitions} aria-label="Each time">
          {group.slice(0, shown_repetitions).map((entry) => (
            <li key={entry.id}>
              <EntryTime org={org} entry={entry} />
            </li>
          ))}
          {group.length > shown_repetitions ? (
            <li className={css.time}>{formatNumber(group.length - shown_repetitions)} earlier</li>
          ) : null}
        </ol>
      ) : null}
    </>
  );
}

function TimelineItem({ org, group }: { org: string; group: EntryGroup }) {
  const [entry] = group;
  const { kind, actor, from, to, text } = entry;
  // The text is the name of the alert rule.
  const isAlert = kind === "alert_attached";
  return (
    <li className={css.entry} data-actor={actor.type} data-kind={kind}>
      <div className={css.headline}>
        <strong>{actorName(actor)}</strong> {kind_texts[kind] ?? kind.replaceAll("_", " ")}
        {isAlert && text ? `: ${text}` : null}
        {shows_values.includes(kind) && (from ?? to) !== null ? (
          <span>
            {" "}
            from {from ?? "none"} to {to ?? "none"}
          </span>
        ) : null}
      </div>
      {text && !isAlert ? <p className={css.text}>{linked(text)}</p> : null}
      {group.length > 1 ? <Repetitions org={org} group={group} /> : <EntryTime org={org} entry={entry} />}
    </li>
  );
}

const authors = [
  { value: "all", label: "All" },
  { value: "people", label: "People" },
  { value: "sentry", label: "Sentry" },
] as const;

export function Timeline({ org, entries }: { org: string; entries: readonly Entry[] }) {
  const [author, setAuthor] = useState<Author>("all");
  if (entries.length === 0) return <p className={css.hint}>No entries yet.</p>;
  const groups = groupEntries(entries.filter((entry) => isBy(author, entry)));
  return (
    <>
      <SegmentedControl
        className={css.authors ?? ""}
        size="xs"
        aria-label="Entries by"
        data={[...authors]}
        value={author}
        onChange={setAuthor}
      />
      {groups.length === 0 ? <p className={css.hint}>No entries.</p> : null}
      <ol className={css.timeline} aria-label="Timeline, newest first">
        {groups.map((group) => (
          // The oldest entry of a group stays the same when it grows.
          <TimelineItem key={group.at(-1)?.id} org={org} group={group} />
        ))}
      </ol>
    </>
  );
}
