import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { SeverityBadge, StatusBadge } from "../../ui/badges";
import { Moment } from "../../ui/time";
import css from "./list_page.module.css";
import { remember } from "./list_position";

const count = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });

interface IncidentRowProps {
  org: string;
  incident: Schemas["Incident"];
  left: boolean;
  /** Where the person may act on it. */
  selected?: boolean;
  select?: (number: number) => void;
}

export function IncidentRow({ org, incident, left, selected = false, select }: IncidentRowProps) {
  const { number, title, severity, status, service, source, environment } = incident;
  const facts = [service.name, source?.short_id, environment].filter(Boolean);
  return (
    <li
      className={css.row}
      data-severity={severity}
      data-left={left || undefined}
      data-number={number}
      data-selected={selected || undefined}
      data-selectable={select ? true : undefined}
      onFocus={() => remember(number)}
    >
      {select ? (
        <label className={css.tick}>
          <input
            type="checkbox"
            aria-label={`Select #${number}`}
            checked={selected}
            onChange={() => select(number)}
          />
        </label>
      ) : null}
      <span className={css.severity}>
        <SeverityBadge severity={severity} />
      </span>
      <div className={css.what}>
        <Link
          to="/o/$org/incidents/$number"
          params={{ org, number: String(number) }}
          className={css.link ?? ""}
        >
          <span className={css.number}>#{number}</span> {title}
        </Link>
        <div className={css.facts}>
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
          {incident.assignee ? <span>{incident.assignee}</span> : null}
          {incident.reopened_count > 0 ? <span>reopened {incident.reopened_count}×</span> : null}
          {left ? <strong>no longer fits the filters</strong> : null}
        </div>
      </div>
      <span className={css.status}>
        <StatusBadge status={status} />
      </span>
      <span className={css.numbers}>
        <span className={css.cell}>
          <span className={css.label}>seen</span> {count.format(incident.occurrences)}×
        </span>
        <span className={css.cell}>
          <span className={css.label}>last</span> <Moment at={incident.last_seen_at} />
        </span>
        <span className={css.cell}>
          <span className={css.label}>age</span> <Moment at={incident.opened_at} age />
        </span>
      </span>
    </li>
  );
}
