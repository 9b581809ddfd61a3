import { Button, Code, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { incidentQuery, timelineQuery } from "../../api/queries";
import { SeverityBadge, StatusBadge } from "../../ui/badges";
import { type Command, useCommands } from "../../ui/commands";
import { Facts } from "../../ui/facts";
import { BackIcon } from "../../ui/icons";
import { OutsideLink } from "../../ui/outside_link";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { AsOf, Loaded, Refusal } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { Moment } from "../../ui/time";
import { type Action, changes, useAct, useAddNote } from "./actions";
import css from "./detail_page.module.css";
import { AtAGlance } from "./incident_summary";
import { beside, remember } from "./list_position";
import { Timeline } from "./timeline";

const route = getRouteApi("/o/$org/incidents/$number");

type Incident = Schemas["Incident"];

const resolutions: Record<NonNullable<Incident["resolution"]>, string> = {
  sentry: "in Sentry",
  archived: "archived in Sentry",
  person: "by a person",
};

// Facts that Sentry sends along; objects and lists stay in the delivery.
function contextFacts(context: Incident["context"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context)
      .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
      .map(([name, value]) => [name.replaceAll("_", " "), String(value)]),
  );
}

function IncidentFacts({ incident }: { incident: Incident }) {
  const { source } = incident;
  return (
    <Facts
      items={{
        Service: incident.service.name,
        "In Sentry": source ? (
          <OutsideLink href={source.url}>
            {source.short_id ?? `${source.kind} ${source.sentry_id}`}
          </OutsideLink>
        ) : null,
        "Sentry project": source?.project?.slug ?? source?.project?.id,
        Environment: incident.environment,
        Release: incident.release ? <Code>{incident.release}</Code> : null,
        Level: incident.level,
        Occurrences: incident.occurrences.toLocaleString("en-GB"),
        Opened: <Moment at={incident.opened_at} />,
        "Last seen": <Moment at={incident.last_seen_at} />,
        Acknowledged: incident.acknowledged_at ? <Moment at={incident.acknowledged_at} /> : null,
        Resolved: incident.resolved_at ? (
          <>
            <Moment at={incident.resolved_at} />
            {incident.resolution ? `, ${resolutions[incident.resolution] ?? incident.resolution}` : ""}
          </>
        ) : null,
        Assignee: incident.assignee,
        Reopened: incident.reopened_count > 0 ? `${incident.reopened_count}×` : null,
        ...contextFacts(incident.context),
      }}
    />
  );
}

function Actions({ incident }: { incident: Incident }) {
  const org = useOrg();
  const navigate = route.useNavigate();
  const work = useAct(org.slug);
  const allowed = org.can("responder");
  const act = (action: Action) => {
    if (changes(action, incident)) work.mutate({ incidents: [incident], action });
  };
  const go = (by: 1 | -1) => {
    const number = beside(org.slug, incident.number, by);
    if (number === undefined) return;
    remember(number);
    void navigate({ to: "/o/$org/incidents/$number", params: { org: org.slug, number: String(number) } });
  };
  const acting: Command[] = allowed
    ? [
        { key: "a", label: "Acknowledge", run: () => act("acknowledge") },
        { key: "r", label: "Resolve", run: () => act("resolve") },
        { key: "n", label: "Write a note", run: () => document.getElementById("note")?.focus() },
        { label: "Reopen", run: () => act("reopen") },
      ]
    : [];
  useCommands("This incident", [
    ...acting,
    { key: "j", label: "Next incident of the list", run: () => go(1) },
    { key: "k", label: "Previous incident of the list", run: () => go(-1) },
    {
      key: "u",
      label: "Back to the list",
      run: () => void navigate({ to: "/o/$org/incidents", params: { org: org.slug } }),
    },
  ]);
  const button = (action: Action, label: string, strong: boolean) => (
    <Button
      variant={strong ? "filled" : "default"}
      disabled={!allowed}
      loading={work.isPending}
      {...(action === "reopen" ? {} : { "aria-keyshortcuts": action.charAt(0) })}
      onClick={() => act(action)}
    >
      {label}
    </Button>
  );
  const { status } = incident;
  return (
    <>
      <div className={css.actions}>
        {status === "open" ? button("acknowledge", "Acknowledge", true) : null}
        {status === "resolved"
          ? button("reopen", "Reopen", false)
          : button("resolve", "Resolve", status === "acknowledged")}
        {allowed ? null : <span className={css.hint}>Your role may look, not act.</span>}
      </div>
      {work.isError ? <Refusal error={work.error} onClose={() => work.reset()} /> : null}
    </>
  );
}

function NoteForm({ number }: { number: number }) {
  const org = useOrg();
  const [text, setText] = useState("");
  const note = useAddNote(org.slug, number);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() !== "") note.mutate(text.trim(), { onSuccess: () => setText("") });
  };
  return (
    <form onSubmit={submit} className={css.note}>
      <Textarea
        id="note"
        label="Note"
        description="Ctrl Enter adds it, Escape leaves the field."
        placeholder="What you saw, what you tried"
        autosize
        minRows={2}
        maxRows={10}
        maxLength={10_000}
        value={text}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
        }}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {note.isError ? <Refusal error={note.error} onClose={() => note.reset()} /> : null}
      <Button
        type="submit"
        variant="default"
        size="sm"
        loading={note.isPending}
        disabled={text.trim() === ""}
      >
        Add note
      </Button>
    </form>
  );
}

function IncidentContent({ incident }: { incident: Incident }) {
  const org = useOrg();
  const timeline = useQuery(timelineQuery(org.slug, incident.number));
  return (
    <>
      <Actions incident={incident} />
      <AtAGlance incident={incident} timeline={timeline.data} />
      <div className={css.columns}>
        <Panel title="Timeline">
          {org.can("responder") ? <NoteForm number={incident.number} /> : null}
          <Loaded query={timeline} rows={4}>
            {(entries) => <Timeline org={org.slug} entries={entries} />}
          </Loaded>
        </Panel>
        <Panel title="Facts">
          <IncidentFacts incident={incident} />
        </Panel>
      </div>
    </>
  );
}

export function IncidentPage() {
  const { slug: org } = useOrg();
  const number = Number(route.useParams().number);
  const query = useQuery(incidentQuery(org, number));
  const incident = query.data;
  return (
    <Page
      key={number}
      title={incident ? `#${number} ${incident.title}` : `#${number}`}
      heading={
        <>
          <span className={css.number}>#{number}</span> {incident?.title}
        </>
      }
      aside={
        <span className={css.badges}>
          {incident ? (
            <>
              <SeverityBadge severity={incident.severity} />
              <span aria-live="polite">
                <StatusBadge status={incident.status} />
              </span>
            </>
          ) : null}
          <AsOf at={query.dataUpdatedAt} failing={query.failureCount > 0} live />
          <TextLink to="/o/$org/incidents" params={{ org }} className={css.back ?? ""}>
            <BackIcon size={14} /> All incidents
          </TextLink>
        </span>
      }
    >
      <Loaded query={query}>{(data) => <IncidentContent incident={data} />}</Loaded>
    </Page>
  );
}
