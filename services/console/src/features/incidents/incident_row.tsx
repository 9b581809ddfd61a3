import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { SeverityBadge, StatusBadge } from "../../ui/badges";
import { formatCompact } from "../../ui/format";
import rows from "../../ui/rows.module.css";
import { Age } from "../../ui/time";
import css from "./list_page.module.css";
import { rememberPosition } from "./list_position";

interface IncidentRowProps {
  org: string;
  incident: Schemas["Incident"];
  /** It no longer matches the filters. */
  left: boolean;
  isSelected?: boolean;
  /** Absent where the user may not act on incidents. */
  onToggle?: (number: number, isRange: boolean) => void;
}

const IncidentNumbers = ({ incident }: { incident: Schemas["Incident"] }) => (
  <span className={css.numbers}>
    <span className={css.cell}>
      {formatCompact(incident.occurrences)}{" "}
      <span className={css.label}>{incident.occurrences === 1 ? "event" : "events"}</span>
    </span>
    <span className={css.cell}>
      <span className={css.label}>last seen</span> <Age at={incident.last_seen_at} />
    </span>
    <span className={css.cell}>
      <span className={css.label}>opened</span> <Age at={incident.opened_at} />
    </span>
  </span>
);

export function IncidentRow({ org, incident, left, isSelected = false, onToggle }: IncidentRowProps) {
  const { number, title, severity, status, service, source, environment, assignee } = incident;
  // The most important ones first: a narrow row cuts the end.
  const details = [service.name, assignee?.split("@")[0], environment, source?.short_id].filter(Boolean);
  return (
    <li
      className={`${rows.linkedRow} ${css.row}`}
      data-severity={severity}
      data-left={left || undefined}
      data-number={number}
      data-selected={isSelected || undefined}
      data-selectable={onToggle ? true : undefined}
      onFocus={() => rememberPosition(number)}
    >
      {onToggle ? (
        <label className={css.checkbox}>
          <input
            type="checkbox"
            aria-label={`Select #${number}`}
            checked={isSelected}
            onChange={({ nativeEvent }) =>
              onToggle(number, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
            }
          />
        </label>
      ) : null}
      <span className={css.severity}>
        <SeverityBadge severity={severity} />
      </span>
      <div className={css.main}>
        <Link
          to="/o/$org/incidents/$number"
          params={{ org, number: String(number) }}
          className={css.link ?? ""}
        >
          <span className={css.number}>#{number}</span> {title}
        </Link>
        <div className={`${rows.details} ${css.details}`}>
          {details.map((detail) => (
            <span key={detail}>{detail}</span>
          ))}
          {incident.test ? <strong>Test</strong> : null}
          {incident.reopened_count > 0 ? <span>Reopened {incident.reopened_count}×</span> : null}
          {left ? <strong>No longer matches</strong> : null}
        </div>
      </div>
      <span className={css.status}>
        <StatusBadge status={status} />
      </span>
      <IncidentNumbers incident={incident} />
    </li>
  );
}
