import { Button, Checkbox, Code, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { useOrg } from "../../api/org";
import { servicesQuery } from "../../api/queries";
import { FormDialog, submissionProblem } from "../../ui/form_dialog";
import { Page } from "../../ui/page";
import rows from "../../ui/rows.module.css";
import { ServiceForm } from "../../ui/service_form";
import { EmptyState, Loaded } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { RelativeTime } from "../../ui/time";
import css from "./services_page.module.css";

type Service = Schemas["Service"];

function ArchiveDialog({ service, onClose }: { service: Service; onClose: () => void }) {
  const { slug: org } = useOrg();
  const queries = useQueryClient();
  const archive = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/orgs/{org}/services/{id}", { params: { path: { org, id: service.id } } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.services(org) });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Archive ${service.name}?`}
      action="Archive"
      destructive
      focusCancel
      submission={archive}
      onSubmit={() => archive.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        Its incidents stay and can still be viewed. New projects cannot be mapped to it, and it is no longer
        offered as a choice.
      </Text>
      {submissionProblem(archive)?.code === "in_use" ? (
        <Text size="sm">
          A Sentry project is still mapped to this service. First map the project to another service, or unmap
          it, on the page of{" "}
          <TextLink to="/o/$org/integrations" params={{ org }} inherit underline="always">
            the integration
          </TextLink>
          .
        </Text>
      ) : null}
    </FormDialog>
  );
}

type OpenDialog = { kind: "new" } | { kind: "edit" | "archive"; service: Service };

function ServiceRow({ service, onOpen }: { service: Service; onOpen: (dialog: OpenDialog) => void }) {
  const org = useOrg();
  return (
    <li className={rows.row} data-archived={service.archived_at ? true : undefined}>
      <div className={rows.main}>
        <div className={css.name}>
          {service.name} <Code>{service.slug}</Code>
        </div>
        {service.description ? <div className={css.description}>{service.description}</div> : null}
        {service.archived_at ? (
          <div className={css.description}>
            Archived <RelativeTime at={service.archived_at} />
          </div>
        ) : null}
      </div>
      <div className={rows.actions}>
        <TextLink
          to="/o/$org/incidents"
          params={{ org: org.slug }}
          search={{ service: service.slug }}
          size="sm"
          aria-label={`Incidents of ${service.name}`}
        >
          Incidents
        </TextLink>
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
