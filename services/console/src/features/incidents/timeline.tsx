import type { Schemas } from "../../api/client";
import { TextLink } from "../../ui/text_link";
import { Moment } from "../../ui/time";
import css from "./detail_page.module.css";

type Entry = Schemas["TimelineEntry"];

const stories: Record<Entry["kind"], string> = {
  opened: "opened the incident",
  updated: "reported news",
  acknowledged: "acknowledged",
  unacknowledged: "took the acknowledgement back",
  resolved: "resolved",
  reopened: "reopened",
  noted: "noted",
  severity_changed: "changed the severity",
  assigned: "changed the assignee",
  alert_attached: "attached an alert",
  archived: "archived the issue",
  event_counted: "counted an event",
  commented: "commented",
};

// A change of status is told by the verb already.
const tells_change: readonly Entry["kind"][] = ["severity_changed", "assigned"];

function actorName({ type, name }: Entry["actor"]) {
  if (type === "sentry")
    return name && name !== "Sentry" && name !== "sentry" ? `${name} (Sentry)` : "Sentry";
  if (type === "system") return "Tocsin";
  return name;
}

export function Timeline({ org, entries }: { org: string; entries: readonly Entry[] }) {
  const newestFirst = [...entries].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  if (newestFirst.length === 0) return <p className={css.hint}>Nothing has happened yet.</p>;
  return (
    <ol className={css.timeline} aria-label="Timeline, newest first">
      {newestFirst.map((entry) => (
        <li key={entry.id} className={css.entry} data-actor={entry.actor.type} data-kind={entry.kind}>
          <div className={css.line}>
            <strong>{actorName(entry.actor)}</strong> {stories[entry.kind] ?? entry.kind.replaceAll("_", " ")}
            {tells_change.includes(entry.kind) && (entry.from ?? entry.to) !== null ? (
              <span>
                {" "}
                from {entry.from ?? "nobody"} to {entry.to ?? "nobody"}
              </span>
            ) : null}
          </div>
          {entry.text ? <p className={css.text}>{entry.text}</p> : null}
          <div className={css.when}>
            <Moment at={entry.at} />
            {entry.delivery_id ? (
              <TextLink to="/o/$org/deliveries/$id" params={{ org, id: entry.delivery_id }}>
                delivery
              </TextLink>
            ) : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
