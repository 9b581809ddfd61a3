import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { sessionQuery } from "../../api/queries";
import { SeverityBadge } from "../../ui/badges";
import { useNow } from "../../ui/clock";
import { CopyButton } from "../../ui/copy";
import { Refusal } from "../../ui/states";
import { useAssign, useChangeIncident } from "./actions";
import { AssignDialog, RenameDialog } from "./change_dialogs";
import { severities } from "./filters";
import css from "./incident_summary.module.css";
import { answersOf } from "./incident_summary_text";

type Incident = Schemas["Incident"];

function Question({ ask, children }: { ask: string; children: ReactNode }) {
  return (
    <div className={css.question}>
      <dt>{ask}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const summary = ({ number, title, severity, status, service, environment }: Incident) =>
  `#${number} ${title} — ${severity}, ${status}, ${service.name}${environment ? `, ${environment}` : ""} ${window.location.href}`;

interface AtAGlanceProps {
  incident: Incident;
  timeline: readonly Schemas["TimelineEntry"][] | undefined;
}

/** The questions of an engineer who was woken, answered before anything has to be scrolled. */
export function AtAGlance({ incident, timeline }: AtAGlanceProps) {
  const org = useOrg();
  const now = Math.max(useNow(), Date.parse(incident.last_seen_at));
  const { data: session } = useQuery(sessionQuery);
  const [asking, setAsking] = useState<"rename" | "assign">();
  const assign = useAssign(org.slug, incident.number);
  const change = useChangeIncident(org.slug, incident.number);
  const may = org.can("responder");
  const me = session?.user.email;
  const answers = answersOf(incident, timeline, now);
  const error = assign.error ?? change.error;
  const forget = () => {
    assign.reset();
    change.reset();
  };
  return (
    <section className={css.frame} aria-label="At a glance">
      {error ? <Refusal error={error} onClose={forget} /> : null}
      <dl className={css.questions}>
        <Question ask="Should I care?">{answers.care}</Question>
        <Question ask="Is it high priority?">
          <span className={css.judged}>
            {may ? (
              <NativeSelect
                size="xs"
                className={css.severity ?? ""}
                aria-label="Severity"
                data={[...severities]}
                value={incident.severity}
                disabled={change.isPending}
                onChange={(event) =>
                  change.mutate({ severity: event.currentTarget.value as Incident["severity"] })
                }
              />
            ) : (
              <SeverityBadge severity={incident.severity} />
            )}
            <span className={css.more}>
              {incident.severity_pinned ? "set by a person" : "judged from the events"}
            </span>
          </span>
        </Question>
        <Question ask="Is it still going on?">{answers.going}</Question>
        <Question ask="Am I alone on it?">
          {answers.alone}
          {may ? (
            <span className={css.buttons}>
              {me && incident.assignee !== me ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  loading={assign.isPending}
                  onClick={() => assign.mutate(me)}
                >
                  Assign to me
                </Button>
              ) : null}
              <Button size="compact-xs" variant="default" onClick={() => setAsking("assign")}>
                Assign…
              </Button>
            </span>
          ) : null}
        </Question>
        <Question ask="Seen before?">{answers.before}</Question>
        <Question ask="How was it fixed last time?">
          {timeline === undefined ? "…" : (answers.fixed ?? "It was never resolved here.")}
        </Question>
        <Question ask="How do I tell others?">
          <CopyButton label="the summary" text={summary(incident)} shown="Copy summary" />
        </Question>
        <Question ask="Can I rename it?">
          {may ? (
            <Button size="compact-xs" variant="default" onClick={() => setAsking("rename")}>
              Rename…
            </Button>
          ) : (
            "Your role may look, not act."
          )}
        </Question>
      </dl>
      {asking === "rename" ? (
        <RenameDialog title={incident.title} change={change} onClose={() => setAsking(undefined)} />
      ) : null}
      {asking === "assign" ? (
        <AssignDialog assignee={incident.assignee} assign={assign} onClose={() => setAsking(undefined)} />
      ) : null}
    </section>
  );
}
