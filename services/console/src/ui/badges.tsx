import type { ReactNode } from "react";
import type { Schemas } from "../api/client";
import css from "./badges.module.css";

type Tone = "critical" | "error" | "warning" | "info" | "good" | "quiet";

// One shape per severity, so that the word and the colour are not alone.
const shapes: Record<string, ReactNode> = {
  critical: (
    <>
      <rect x="1.2" y="1.2" width="13.6" height="13.6" rx="2" />
      <path className={css.cut} d="M8 4.2v4.6M8 11.5v.01" />
    </>
  ),
  error: (
    <>
      <path d="M8 .7 15.3 8 8 15.3.7 8Z" />
      <path className={css.cut} d="M8 4.6v4M8 11v.01" />
    </>
  ),
  warning: (
    <>
      <path d="M8 1.2 15.5 14.5H.5Z" />
      <path className={css.cut} d="M8 6.2v4M8 12.3v.01" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path className={css.cut} d="M8 7.5v4M8 4.7v.01" />
    </>
  ),
};

function Badge({ tone, shape, children }: { tone: Tone; shape?: ReactNode; children: ReactNode }) {
  return (
    <span className={css.badge} data-tone={tone}>
      {shape ? (
        <svg className={css.shape} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
          {shape}
        </svg>
      ) : null}
      {children}
    </span>
  );
}

export function SeverityBadge({ severity }: { severity: Schemas["Severity"] }) {
  return (
    <Badge tone={severity} shape={shapes[severity] ?? shapes.info}>
      {severity}
    </Badge>
  );
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

const states: Record<Schemas["IncidentStatus"], { tone: Tone; shape: ReactNode }> = {
  open: { tone: "critical", shape: disc },
  acknowledged: { tone: "info", shape: half },
  resolved: { tone: "good", shape: check },
};

export function StatusBadge({ status }: { status: Schemas["IncidentStatus"] }) {
  const { tone, shape } = states[status] ?? { tone: "quiet", shape: ring };
  return (
    <Badge tone={tone} shape={shape}>
      {status}
    </Badge>
  );
}

const links: Record<Schemas["IntegrationStatus"], { tone: Tone; shape: ReactNode }> = {
  pending: { tone: "info", shape: ring },
  connected: { tone: "good", shape: check },
  degraded: { tone: "warning", shape: half },
  disconnected: { tone: "critical", shape: cross },
};

export function IntegrationBadge({ status }: { status: Schemas["IntegrationStatus"] }) {
  const { tone, shape } = links[status] ?? { tone: "quiet", shape: ring };
  return (
    <Badge tone={tone} shape={shape}>
      {status}
    </Badge>
  );
}

const outcomes: Record<Schemas["Outcome"], { tone: Tone; shape: ReactNode }> = {
  opened: { tone: "critical", shape: disc },
  reopened: { tone: "critical", shape: half },
  updated: { tone: "info", shape: disc },
  resolved: { tone: "good", shape: check },
  duplicate: { tone: "quiet", shape: ring },
  stale: { tone: "quiet", shape: ring },
  unmapped: { tone: "warning", shape: half },
  inactive: { tone: "quiet", shape: ring },
  filtered: { tone: "quiet", shape: ring },
  ignored: { tone: "quiet", shape: ring },
  unreadable: { tone: "error", shape: cross },
};

/** A replay tells its outcome as plain text. */
export function OutcomeBadge({ outcome }: { outcome: Schemas["Outcome"] | string }) {
  const known: Record<string, { tone: Tone; shape: ReactNode }> = outcomes;
  const { tone, shape } = known[outcome] ?? { tone: "quiet", shape: ring };
  return (
    <Badge tone={tone} shape={shape}>
      {outcome}
    </Badge>
  );
}

/** For what is no status of its own. */
export function WarningBadge({ children }: { children: ReactNode }) {
  return (
    <Badge tone="warning" shape={shapes.warning}>
      {children}
    </Badge>
  );
}

type CheckOutcome = Schemas["IntegrationChecks"]["checks"][number]["outcome"];

const checks: Record<CheckOutcome, { tone: Tone; shape: ReactNode }> = {
  passed: { tone: "good", shape: check },
  warning: { tone: "warning", shape: shapes.warning },
  failed: { tone: "critical", shape: cross },
};

export function CheckBadge({ outcome }: { outcome: CheckOutcome }) {
  const { tone, shape } = checks[outcome] ?? { tone: "quiet", shape: ring };
  return (
    <Badge tone={tone} shape={shape}>
      {outcome}
    </Badge>
  );
}

export function MappingBadge({ active }: { active: boolean }) {
  return active ? (
    <Badge tone="good" shape={check}>
      active
    </Badge>
  ) : (
    <Badge tone="quiet" shape={ring}>
      paused
    </Badge>
  );
}
