import { Code } from "@mantine/core";
import { type InfiniteData, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { useOrg } from "../../api/org";
import { incidentQuery, servicesQuery, timelineQuery } from "../../api/queries";
import { category_labels, level_labels } from "../../api/vocabulary";
import { BackLink } from "../../ui/back_link";
import { SeverityBadge, StatusBadge } from "../../ui/badges";
import { DetailList } from "../../ui/detail_list";
import { ExternalLink } from "../../ui/external_link";
import { formatNumber } from "../../ui/format";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Freshness, Loaded } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { Age, LocalTime, RelativeTime } from "../../ui/time";
import css from "./detail_page.module.css";
import { IncidentActions } from "./incident_actions";
import { IncidentSummary } from "./incident_summary";
import { NoteForm } from "./note_form";
import { StoredEventPanel } from "./stored_event_panel";
import { Timeline } from "./timeline";

const route = getRouteApi("/o/$org/incidents/$number");

type Incident = Schemas["Incident"];

const resolution_texts: Record<NonNullable<Incident["resolution"]>, string> = {
  sentry: "in Sentry",
  archived: "archived in Sentry",
  person: "by a person",
};

/** Since when the incident has its status. */
const statusSince = ({ status, opened_at, acknowledged_at, resolved_at }: Incident) =>
  (status === "resolved" ? resolved_at : status === "acknowledged" ? acknowledged_at : null) ?? opened_at;

const Moment = ({ at }: { at: string }) => (
  <>
    <RelativeTime at={at} /> (<LocalTime at={at} />)
  </>
);

/** The plain values of the context. Objects and lists are only in the delivery. */
function contextDetails(context: Incident["context"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context)
      .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
      .map(([name, value]) => [name.replaceAll("_", " "), String(value)]),
  );
}

const labels_by_level: Readonly<Record<string, string>> = level_labels;

/** The service with its description and runbook. */
function ServiceLinks({ service }: Pick<Incident, "service">) {
  const { slug: org } = useOrg();
  const { data: services } = useQuery(servicesQuery(org));
  const found = services?.find(({ id }) => id === service.id);
  return (
    <>
      <TextLink to="/o/$org/services/$id" params={{ org, id: service.id }} inherit>
        {service.name}
      </TextLink>
      {found?.runbook_url ? (
        <>
          {" · "}
          <ExternalLink href={found.runbook_url}>Runbook</ExternalLink>
        </>
      ) : null}
    </>
  );
}

function IncidentDetails({ incident }: { incident: Incident }) {
  const { source, level } = incident;
  return (
    <DetailList
      items={{
        Service: <ServiceLinks service={incident.service} />,
        "In Sentry": source ? (
          <ExternalLink href={source.url}>
            {source.short_id ?? `${source.kind} ${source.sentry_id}`}
          </ExternalLink>
        ) : null,
        Kind: source?.category ? (category_labels[source.category] ?? source.category) : null,
        Test: incident.test ? "This is a test notification of an alert rule." : null,
        "Sentry project": source?.project?.slug ?? source?.project?.id,
        Environment: incident.environment,
        Release: incident.release ? <Code>{incident.release}</Code> : null,
        Level: level ? (labels_by_level[level] ?? level) : null,
        Events: formatNumber(incident.occurrences),
        Opened: <Moment at={incident.opened_at} />,
        "Last seen": <Moment at={incident.last_seen_at} />,
        Acknowledged: incident.acknowledged_at ? <Moment at={incident.acknowledged_at} /> : null,
        Resolved: incident.resolved_at ? (
          <>
            <Moment at={incident.resolved_at} />
            {incident.resolution ? `, ${resolution_texts[incident.resolution] ?? incident.resolution}` : ""}
          </>
        ) : null,
        Assignee: incident.assignee,
        "Assignee in Sentry": incident.sentry_assignee,
        Reopened: incident.reopened_count > 0 ? `${incident.reopened_count}×` : null,
        ...contextDetails(incident.context),
      }}
    />
  );
}

interface IncidentPageProps {
  /** Who was paged because of an incident. */
  renderPaging: (number: number) => ReactNode;
}

function IncidentContent({ incident, renderPaging }: IncidentPageProps & { incident: Incident }) {
  const org = useOrg();
  const timeline = useQuery(timelineQuery(org.slug, incident.number));
  return (
    <>
      <IncidentActions incident={incident} />
      <IncidentSummary incident={incident} timeline={timeline.data} />
      {renderPaging(incident.number)}
      <div className={css.columns}>
        <Panel title="Timeline">
          {org.can("responder") ? <NoteForm number={incident.number} /> : null}
          <Loaded query={timeline} rows={4}>
            {(entries) => <Timeline org={org.slug} entries={entries} />}
          </Loaded>
        </Panel>
        <div className={css.side}>
          <Panel title="Details">
            <IncidentDetails incident={incident} />
          </Panel>
          <StoredEventPanel org={org.slug} number={incident.number} entries={timeline.data ?? []} />
        </div>
      </div>
    </>
  );
}

/** The incident as the list has it. */
const listedIncident = (queries: QueryClient, org: string, number: number) =>
  queries
    .getQueriesData<InfiniteData<Schemas["IncidentList"]>>({ queryKey: keys.incidentPages(org) })
    .flatMap(([, data]) => data?.pages ?? [])
    .flatMap(({ items }) => items)
    .find((incident) => incident.number === number);

export function IncidentPage({ renderPaging }: IncidentPageProps) {
  const { slug: org } = useOrg();
  const number = Number(route.useParams().number);
  const queries = useQueryClient();
  const query = useQuery({
    ...incidentQuery(org, number),
    // At once what the list shows; it is read anew in any case.
    initialData: () => listedIncident(queries, org, number),
    initialDataUpdatedAt: 0,
  });
  const incident = query.data;
  return (
    <Page
      key={number}
      title={incident ? `#${number} ${incident.title}` : `#${number}`}
      heading={
        <span className={css.title} title={incident?.title}>
          <span className={css.number}>#{number}</span> {incident?.title}
        </span>
      }
      aside={
        <>
          {incident ? (
            <>
              <SeverityBadge severity={incident.severity} />
              <span aria-live="polite">
                <StatusBadge status={incident.status} />
              </span>
              <span>
                for <Age at={statusSince(incident)} />
              </span>
              <span>{incident.assignee ?? "Unassigned"}</span>
            </>
          ) : null}
          <BackLink to="/o/$org/incidents" params={{ org }}>
            All incidents
          </BackLink>
          {/* Last, because its text changes. */}
          <Freshness at={query.dataUpdatedAt} failing={query.failureCount > 0} live />
        </>
      }
    >
      <Loaded query={query}>
        {(loaded) => <IncidentContent incident={loaded} renderPaging={renderPaging} />}
      </Loaded>
    </Page>
  );
}
