import { Button, Checkbox, Code, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { useOrg } from "../../api/org";
import { asProblem } from "../../api/problem";
import { servicesQuery } from "../../api/queries";
import { Dialog } from "../../ui/dialog";
import form from "../../ui/form.module.css";
import { Page } from "../../ui/page";
import { ServiceForm } from "../../ui/service_form";
import { Empty, Loaded, Refusal } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { Moment } from "../../ui/time";
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
  const inUse = archive.isError && asProblem(archive.error).code === "in_use";
  return (
    <Dialog onClose={onClose} title={`Archive ${service.name}?`}>
      <div className={form.form}>
        <Text size="sm">
          Its incidents stay and can still be read. No project can be mapped to it any more, and it leaves the
          lists to choose from.
        </Text>
        {archive.isError ? <Refusal error={archive.error} /> : null}
        {inUse ? (
          <Text size="sm">
            A project of Sentry is still mapped to it. Map that project to another service, or unmap it, under{" "}
            <TextLink to="/o/$org/integrations" params={{ org }} inherit underline="always">
              the integration
            </TextLink>{" "}
            first.
          </Text>
        ) : null}
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" loading={archive.isPending} onClick={() => archive.mutate()}>
            Archive
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

type Opened = { kind: "new" } | { kind: "edit" | "archive"; service: Service };

function ServiceRow({ service, open }: { service: Service; open: (dialog: Opened) => void }) {
  const org = useOrg();
  return (
    <li className={css.row} data-archived={service.archived_at ? true : undefined}>
      <div className={css.what}>
        <div className={css.name}>
          {service.name} <Code>{service.slug}</Code>
        </div>
        {service.description ? <div className={css.description}>{service.description}</div> : null}
        {service.archived_at ? (
          <div className={css.description}>
            archived <Moment at={service.archived_at} />
          </div>
        ) : null}
      </div>
      <div className={css.actions}>
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
              onClick={() => open({ kind: "edit", service })}
            >
              Edit
            </Button>
            <Button
              variant="subtle"
              color="gray"
              size="xs"
              aria-label={`Archive ${service.name}`}
              onClick={() => open({ kind: "archive", service })}
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
  const [dialog, setDialog] = useState<Opened | null>(null);
  const [archived, setArchived] = useState(false);
  const close = () => setDialog(null);
  const anyArchived = query.data?.some((service) => service.archived_at !== null) ?? false;
  return (
    <Page
      title="Services"
      actions={
        org.can("admin") ? <Button onClick={() => setDialog({ kind: "new" })}>New service</Button> : undefined
      }
    >
      <Loaded query={query}>
        {(services) => {
          const listed = services.filter((service) => archived || service.archived_at === null);
          return listed.length === 0 ? (
            <Empty title="No services yet">
              A service is what your organization runs and is on call for. Make one, then map Sentry projects
              to it: their problems become its incidents.
            </Empty>
          ) : (
            <ul className={css.list} aria-label="Services">
              {listed.map((service) => (
                <ServiceRow key={service.id} service={service} open={setDialog} />
              ))}
            </ul>
          );
        }}
      </Loaded>
      {anyArchived ? (
        <Checkbox
          label="Show archived services"
          checked={archived}
          onChange={(event) => setArchived(event.currentTarget.checked)}
        />
      ) : null}
      {dialog?.kind === "new" ? <ServiceForm org={org.slug} onClose={close} /> : null}
      {dialog?.kind === "edit" ? (
        <ServiceForm org={org.slug} service={dialog.service} onClose={close} />
      ) : null}
      {dialog?.kind === "archive" ? <ArchiveDialog service={dialog.service} onClose={close} /> : null}
    </Page>
  );
}
