import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { sessionQuery } from "../../api/queries";
import { incident_status_labels, optionsOf, severity_labels } from "../../api/vocabulary";
import { SeverityBadge } from "../../ui/badges";
import { useNow } from "../../ui/clock";
import { CopyButton } from "../../ui/copy";
import { ErrorNotice } from "../../ui/states";
import { useAssign, useEditIncident } from "./actions";
import { AssignDialog } from "./assign_dialog";
import { RenameDialog } from "./change_dialogs";
import { incidentMarkdown, saveFile, timelineCsv } from "./incident_export";
import css from "./incident_summary.module.css";
import { summaryTextsOf } from "./incident_summary_text";
import { Sparkline } from "./sparkline";

type Incident = Schemas["Incident"];

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={css.item}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** One line to paste into a chat. */
const plainSummary = ({ number, title, severity, status, service, environment }: Incident) =>
  `#${number} ${title} — ${[severity_labels[severity], incident_status_labels[status], service.name, environment].filter(Boolean).join(", ")} ${window.location.href}`;

interface SeverityItemProps {
  incident: Incident;
  canEdit: boolean;
  edit: ReturnType<typeof useEditIncident>;
}

const SeverityItem = ({ incident: { severity, severity_pinned }, canEdit, edit }: SeverityItemProps) => (
  <Item name="Severity">
    <span className={css.severity}>
      {canEdit ? (
        <NativeSelect
          size="xs"
          className={css.severitySelect ?? ""}
          aria-label="Severity"
          data={optionsOf(severity_labels)}
          value={severity}
          disabled={edit.isPending}
          onChange={(event) => edit.mutate({ severity: event.currentTarget.value as Incident["severity"] })}
        />
      ) : (
        <SeverityBadge severity={severity} />
      )}
      <span className={css.hint}>{severity_pinned ? "Set manually" : "Automatic"}</span>
    </span>
  </Item>
);

interface OwnerItemProps {
  incident: Incident;
  text: string;
  canEdit: boolean;
  assign: ReturnType<typeof useAssign>;
  onAssign: () => void;
}

function OwnerItem({ incident, text, canEdit, assign, onAssign }: OwnerItemProps) {
  const { data: session } = useQuery(sessionQuery);
  const me = session?.user.email;
  return (
    <Item name="Owner">
      {text}
      {canEdit ? (
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
          <Button size="compact-xs" variant="default" onClick={onAssign}>
            Assign…
          </Button>
        </span>
      ) : null}
    </Item>
  );
}

interface ExportButtonsProps {
  incident: Incident;
  timeline: readonly Schemas["TimelineEntry"][];
}

const ExportButtons = ({ incident, timeline }: ExportButtonsProps) => (
  <>
    <CopyButton
      label="the incident as Markdown"
      text={incidentMarkdown(incident, timeline, window.location.href)}
      caption="Copy as Markdown"
    />
    <Button
      size="compact-sm"
      variant="default"
      onClick={() =>
        saveFile(`incident-${incident.number}-timeline.csv`, "text/csv;charset=utf-8", timelineCsv(timeline))
      }
    >
      Export timeline
    </Button>
  </>
);

interface IncidentSummaryProps {
  incident: Incident;
  timeline: readonly Schemas["TimelineEntry"][] | undefined;
}

/** What an engineer who was paged needs to know first, without scrolling. */
export function IncidentSummary({ incident, timeline }: IncidentSummaryProps) {
  const org = useOrg();
  const now = Math.max(useNow(), Date.parse(incident.last_seen_at));
  const [dialog, setDialog] = useState<"rename" | "assign">();
  const assign = useAssign(org.slug, incident.number);
  const edit = useEditIncident(org.slug, incident.number);
  const canEdit = org.can("responder");
  const texts = summaryTextsOf(incident, timeline, now);
  const error = assign.error ?? edit.error;
  const closeDialog = () => setDialog(undefined);
  const clearError = () => {
    assign.reset();
    edit.reset();
  };
  return (
    <section className={css.frame} aria-label="Summary">
      {error ? <ErrorNotice error={error} onClose={clearError} /> : null}
      <dl className={css.items}>
        <Item name="Impact">{texts.impact}</Item>
        <SeverityItem incident={incident} canEdit={canEdit} edit={edit} />
        <Item name="Activity">
          <span className={css.activity}>{texts.activity}</span>
          <Sparkline entries={timeline ?? []} now={now} />
        </Item>
        <OwnerItem
          incident={incident}
          text={texts.owner}
          canEdit={canEdit}
          assign={assign}
          onAssign={() => setDialog("assign")}
        />
        <Item name="History">{texts.history}</Item>
        <Item name="Last resolution">
          {timeline === undefined ? "…" : (texts.lastResolution ?? "Never resolved before")}
        </Item>
      </dl>
      <div className={css.extras}>
        <CopyButton label="the summary" text={plainSummary(incident)} caption="Copy summary" />
        <ExportButtons incident={incident} timeline={timeline ?? []} />
        {canEdit ? (
          <Button size="compact-sm" variant="default" onClick={() => setDialog("rename")}>
            Rename…
          </Button>
        ) : null}
      </div>
      {dialog === "rename" ? <RenameDialog title={incident.title} edit={edit} onClose={closeDialog} /> : null}
      {dialog === "assign" ? (
        <AssignDialog
          title={`Assign #${incident.number}`}
          assignee={incident.assignee}
          submission={assign}
          onAssign={(email) => assign.mutate(email, { onSuccess: closeDialog })}
          onClose={closeDialog}
        />
      ) : null}
    </section>
  );
}
