import { Button, Code } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { incidentsOfServiceQuery, serviceQuery } from "../../api/queries";
import { BackLink } from "../../ui/back_link";
import { MappingBadge, SeverityBadge, StatusBadge } from "../../ui/badges";
import { ExternalLink } from "../../ui/external_link";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { ServiceForm } from "../../ui/service_form";
import { Loaded } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { Age, RelativeTime } from "../../ui/time";
import { ArchiveDialog } from "./archive_dialog";
import { IncidentCounts } from "./incident_counts";
import css from "./services_page.module.css";

const route = getRouteApi("/o/$org/services/$id");

type Service = Schemas["Service"];

const recent_count = 10;

function RecentIncidents({ service }: { service: Service }) {
  const { slug: org } = useOrg();
  const query = useQuery(incidentsOfServiceQuery(org, service.slug, recent_count));
  return (
    <Panel title="Recent incidents" actions={<IncidentCounts service={service} />} flush>
      <Loaded query={query} rows={4}>
        {({ items }) => (
          <ul className={css.list}>
            {items.length === 0 ? <li className={css.item}>No incidents yet.</li> : null}
            {items.map(({ number, title, severity, status, opened_at }) => (
              <li key={number} className={css.item}>
                <SeverityBadge severity={severity} />
                <TextLink
                  to="/o/$org/incidents/$number"
                  params={{ org, number: String(number) }}
                  className={css.incident ?? ""}
                >
                  #{number} {title}
                </TextLink>
                <StatusBadge status={status} />
                <span className={css.quiet}>
                  opened <Age at={opened_at} /> ago
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function Owners({ owners }: Pick<Service, "owners">) {
  return (
    <Panel title="Owners" flush>
      <ul className={css.list}>
        {owners.length === 0 ? (
          <li className={css.item}>No owner yet. Edit the service to add members.</li>
        ) : null}
        {owners.map(({ email, name }) => (
          <li key={email} className={css.item}>
            {name ? <span>{name}</span> : null}
            <span className={css.quiet}>{email}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Projects({ projects }: Pick<Service, "projects">) {
  const { slug: org } = useOrg();
  return (
    <Panel title="Sentry projects" flush>
      <ul className={css.list}>
        {projects.length === 0 ? (
          <li className={css.item}>
            <span>
              No project is mapped to it. Map projects on the page of{" "}
              <TextLink to="/o/$org/integrations" params={{ org }} inherit underline="always">
                an integration
              </TextLink>
              .
            </span>
          </li>
        ) : null}
        {projects.map(({ integration_id: id, id: project, slug, active }) => (
          <li key={`${id} ${project} ${slug}`} className={css.item}>
            <TextLink to="/o/$org/integrations/$id" params={{ org, id }} className={css.incident ?? ""}>
              {slug}
            </TextLink>
            <MappingBadge active={active} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function ServiceContent({ service }: { service: Service }) {
  return (
    <>
      <div className={css.intro}>
        {service.description ? <p className={css.description}>{service.description}</p> : null}
        <ExternalLink href={service.runbook_url}>
          {service.runbook_url ? "Runbook" : "No runbook"}
        </ExternalLink>
      </div>
      <div className={css.columns}>
        <RecentIncidents service={service} />
        <div className={css.side}>
          <Owners owners={service.owners} />
          <Projects projects={service.projects} />
        </div>
      </div>
    </>
  );
}

/** A service: what it is, who owns it, its projects, and its incidents. */
export function ServicePage() {
  const org = useOrg();
  const { id } = route.useParams();
  const query = useQuery(serviceQuery(org.slug, id));
  const [dialog, setDialog] = useState<"edit" | "archive">();
  const service = query.data;
  const closeDialog = () => setDialog(undefined);
  const canEdit = org.can("admin") && service?.archived_at === null;
  return (
    <Page
      title={service?.name ?? "Service"}
      aside={
        <>
          {service ? <Code>{service.slug}</Code> : null}
          {service?.archived_at ? (
            <span>
              Archived <RelativeTime at={service.archived_at} />
            </span>
          ) : null}
          <BackLink to="/o/$org/services" params={{ org: org.slug }}>
            All services
          </BackLink>
        </>
      }
      actions={
        canEdit ? (
          <>
            <Button variant="default" onClick={() => setDialog("edit")}>
              Edit
            </Button>
            <Button variant="default" onClick={() => setDialog("archive")}>
              Archive
            </Button>
          </>
        ) : undefined
      }
    >
      <Loaded query={query}>{(loaded) => <ServiceContent service={loaded} />}</Loaded>
      {service && dialog === "edit" ? (
        <ServiceForm org={org.slug} service={service} onClose={closeDialog} />
      ) : null}
      {service && dialog === "archive" ? <ArchiveDialog service={service} onClose={closeDialog} /> : null}
    </Page>
  );
}
