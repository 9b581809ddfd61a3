import type { Schemas } from "../../api/client";
import { TextLink } from "../../ui/text_link";
import { RelativeTime } from "../../ui/time";
import css from "./detail_page.module.css";

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

function TimelineEntry({ org, entry }: { org: string; entry: Entry }) {
  const { kind, actor, from, to, text, at, delivery_id } = entry;
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
      {text && !isAlert ? <p className={css.text}>{text}</p> : null}
      <div className={css.time}>
        <RelativeTime at={at} />
        {delivery_id ? (
          <TextLink to="/o/$org/deliveries/$id" params={{ org, id: delivery_id }}>
            Delivery
          </TextLink>
        ) : null}
      </div>
    </li>
  );
}

export function Timeline({ org, entries }: { org: string; entries: readonly Entry[] }) {
  const newestFirst = [...entries].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  if (newestFirst.length === 0) return <p className={css.hint}>No entries yet.</p>;
  return (
    <ol className={css.timeline} aria-label="Timeline, newest first">
      {newestFirst.map((entry) => (
        <TimelineEntry key={entry.id} org={org} entry={entry} />
      ))}
    </ol>
  );
}
