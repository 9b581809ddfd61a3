import type { ReactNode } from "react";
import type { Schemas } from "../api/client";
import {
  type IncidentStatus,
  type IntegrationStatus,
  incident_status_labels,
  integration_status_labels,
  type Outcome,
  outcome_labels,
  type PageState,
  page_state_labels,
  type Severity,
  severity_labels,
} from "../api/vocabulary";
import css from "./badges.module.css";

type Tone = "critical" | "error" | "warning" | "info" | "good" | "neutral";

interface Look {
  tone: Tone;
  shape: ReactNode;
}

const ring = <circle className={css.ring} cx="8" cy="8" r="5.5" />;
const half = (
  <>
    {ring}
    <path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" />
  </>
);
const disc = <circle cx="8" cy="8" r="6" />;
const check = <path className={css.stroke} d="m2.5 8.5 3.7 3.7 7.3-8" />;
const cross = <path className={css.stroke} d="m3.5 3.5 9 9m0-9-9 9" />;
const triangle = (
  <>
    <path d="M8 1.2 15.5 14.5H.5Z" />
    <path className={css.cut} d="M8 6.2v4M8 12.3v.01" />
  </>
);

/** A word that a newer server may have sent. */
const unknown: Look = { tone: "neutral", shape: ring };

function Badge({ look: { tone, shape }, children }: { look: Look; children: ReactNode }) {
  return (
    <span className={css.badge} data-tone={tone}>
      <svg className={css.shape} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {shape}
      </svg>
      {children}
    </span>
  );
}

// One shape for each severity, so that color is not the only distinction.
const severity_looks: Record<Severity, Look> = {
  critical: {
    tone: "critical",
    shape: (
      <>
        <rect x="1.2" y="1.2" width="13.6" height="13.6" rx="2" />
        <path className={css.cut} d="M8 4.2v4.6M8 11.5v.01" />
      </>
    ),
  },
  error: {
    tone: "error",
    shape: (
      <>
        <path d="M8 .7 15.3 8 8 15.3.7 8Z" />
        <path className={css.cut} d="M8 4.6v4M8 11v.01" />
      </>
    ),
  },
  warning: { tone: "warning", shape: triangle },
  info: {
    tone: "info",
    shape: (
      <>
        <circle cx="8" cy="8" r="7" />
        <path className={css.cut} d="M8 7.5v4M8 4.7v.01" />
      </>
    ),
  },
};

export const SeverityBadge = ({ severity }: { severity: Severity }) => (
  <Badge look={severity_looks[severity] ?? unknown}>{severity_labels[severity] ?? severity}</Badge>
);

const status_looks: Record<IncidentStatus, Look> = {
  open: { tone: "critical", shape: disc },
  acknowledged: { tone: "info", shape: half },
  resolved: { tone: "good", shape: check },
};

export const StatusBadge = ({ status }: { status: IncidentStatus }) => (
  <Badge look={status_looks[status] ?? unknown}>{incident_status_labels[status] ?? status}</Badge>
);

const integration_looks: Record<IntegrationStatus, Look> = {
  pending: { tone: "info", shape: ring },
  connected: { tone: "good", shape: check },
  degraded: { tone: "warning", shape: half },
  disconnected: { tone: "critical", shape: cross },
};

export const IntegrationBadge = ({ status }: { status: IntegrationStatus }) => (
  <Badge look={integration_looks[status] ?? unknown}>{integration_status_labels[status] ?? status}</Badge>
);

const outcome_looks: Record<Outcome, Look> = {
  opened: { tone: "critical", shape: disc },
  reopened: { tone: "critical", shape: half },
  updated: { tone: "info", shape: disc },
  resolved: { tone: "good", shape: check },
  duplicate: { tone: "neutral", shape: ring },
  stale: { tone: "neutral", shape: ring },
  unmapped: { tone: "warning", shape: half },
  inactive: { tone: "neutral", shape: ring },
  filtered: { tone: "neutral", shape: ring },
  ignored: { tone: "neutral", shape: ring },
  unreadable: { tone: "error", shape: cross },
};

const isOutcome = (text: string): text is Outcome => Object.hasOwn(outcome_labels, text);

/** The API returns the outcome of a replay as a string. */
export const OutcomeBadge = ({ outcome }: { outcome: string }) =>
  isOutcome(outcome) ? (
    <Badge look={outcome_looks[outcome]}>{outcome_labels[outcome]}</Badge>
  ) : (
    <Badge look={unknown}>{outcome}</Badge>
  );

const page_looks: Record<PageState, Look> = {
  due: { tone: "info", shape: ring },
  sending: { tone: "info", shape: half },
  accepted: { tone: "info", shape: check },
  delivered: { tone: "good", shape: half },
  seen: { tone: "good", shape: disc },
  acted: { tone: "good", shape: check },
  failed: { tone: "critical", shape: cross },
  expired: { tone: "warning", shape: cross },
  cancelled: { tone: "neutral", shape: cross },
  bundled: { tone: "neutral", shape: half },
  held: { tone: "warning", shape: ring },
};

export const PageBadge = ({ state }: { state: PageState }) => (
  <Badge look={page_looks[state] ?? unknown}>{page_state_labels[state] ?? state}</Badge>
);

/** A warning that is not a status. */
export const WarningBadge = ({ children }: { children: ReactNode }) => (
  <Badge look={severity_looks.warning}>{children}</Badge>
);

type CheckOutcome = Schemas["IntegrationChecks"]["checks"][number]["outcome"];

const check_badges: Record<CheckOutcome, Look & { label: string }> = {
  passed: { tone: "good", shape: check, label: "Passed" },
  warning: { tone: "warning", shape: triangle, label: "Warning" },
  failed: { tone: "critical", shape: cross, label: "Failed" },
};

export function CheckBadge({ outcome }: { outcome: CheckOutcome }) {
  const { label, ...look } = check_badges[outcome] ?? { ...unknown, label: outcome };
  return <Badge look={look}>{label}</Badge>;
}

export const MappingBadge = ({ active }: { active: boolean }) =>
  active ? (
    <Badge look={{ tone: "good", shape: check }}>Active</Badge>
  ) : (
    <Badge look={{ tone: "neutral", shape: ring }}>Paused</Badge>
  );
