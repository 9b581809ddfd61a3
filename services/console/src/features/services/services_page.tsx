import { Button, Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { servicesQuery } from "../../api/queries";
import { formatCount } from "../../ui/format";
import { Page } from "../../ui/page";
import rows from "../../ui/rows.module.css";
import { ServiceForm } from "../../ui/service_form";
import { EmptyState, Loaded } from "../../ui/states";
import { RelativeTime } from "../../ui/time";
import { ArchiveDialog } from "./archive_dialog";
import { IncidentCounts } from "./incident_counts";
import css from "./services_page.module.css";

type Service = Schemas["Service"];

type OpenDialog = { kind: "new" } | { kind: "edit" | "archive"; service: Service };

const ownersText = (owners: Service["owners"]) =>
  owners.length === 0 ? "No owner" : owners.map(({ email, name }) => name || email).join(", ");

function ServiceRow({ service, onOpen }: { service: Service; onOpen: (dialog: OpenDialog) => void }) {
  const org = useOrg();
  return (
    <li className={rows.row} data-archived={service.archived_at ? true : undefined}>
      <div className={rows.main}>
        <Link
          to="/o/$org/services/$id"
          params={{ org: org.slug, id: service.id }}
          className={`${css.name} ${css.link}`}
        >
          {service.name}
        </Link>
        {service.description ? <div className={css.description}>{service.description}</div> : null}
        <div className={rows.details}>
          <span>{service.slug}</span>
          <span>{formatCount(service.projects.length, "project")}</span>
          <span>{ownersText(service.owners)}</span>
          {service.archived_at ? (
            <span>
              Archived <RelativeTime at={service.archived_at} />
            </span>
          ) : null}
        </div>
      </div>
      <IncidentCounts service={service} />
      <div className={rows.actions}>
        {org.can("admin") && !service.archived_at ? (
          <>
            <Button
              variant="default"
              size="xs"
              aria-label={`Edit ${service.name}`}
              onClick={() => onOpen({ kind: "edit", service })}
            >
              Edit
            </Button>
            <Button
              variant="subtle"
              color="gray"
              size="xs"
              aria-label={`Archive ${service.name}`}
              onClick={() => onOpen({ kind: "archive", service })}
            >
              Archive
            </Button>
          </>
        ) : null}
      </div>
    </li>
  );
}

export function ServicesPage() {
  const org = useOrg();
  const query = useQuery(servicesQuery(org.slug));
  const [dialog, setDialog] = useState<OpenDialog>();
  const [showsArchived, setShowsArchived] = useState(false);
  const closeDialog = () => setDialog(undefined);
  const hasArchived = query.data?.some((service) => service.archived_at !== null) ?? false;
  return (
    <Page
      title="Services"
      actions={
        org.can("admin") ? <Button onClick={() => setDialog({ kind: "new" })}>New service</Button> : undefined
      }
    >
      <Loaded query={query}>
        {(services) => {
          const listed = services.filter((service) => showsArchived || service.archived_at === null);
          return listed.length === 0 ? (
            <EmptyState title="No services yet">
              A service is something that your organization runs and is on call for. Create one, then map
              Sentry projects to it: their issues and alerts become its incidents.
            </EmptyState>
          ) : (
            <ul className={rows.card} aria-label="Services">
              {listed.map((service) => (
                <ServiceRow key={service.id} service={service} onOpen={setDialog} />
              ))}
            </ul>
          );
        }}
      </Loaded>
      {hasArchived ? (
        <Checkbox
          label="Show archived services"
          checked={showsArchived}
          onChange={(event) => setShowsArchived(event.currentTarget.checked)}
        />
      ) : null}
      {dialog?.kind === "new" ? <ServiceForm org={org.slug} onClose={closeDialog} /> : null}
      {dialog?.kind === "edit" ? (
        <ServiceForm org={org.slug} service={dialog.service} onClose={closeDialog} />
      ) : null}
      {dialog?.kind === "archive" ? <ArchiveDialog service={dialog.service} onClose={closeDialog} /> : null}
    </Page>
  );
}
