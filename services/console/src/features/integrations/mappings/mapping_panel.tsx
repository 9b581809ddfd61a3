import { Button, Checkbox, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useState } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { projectsQuery, servicesQuery } from "../../../api/queries";
import { SearchIcon } from "../../../ui/icons";
import { Panel } from "../../../ui/panel";
import { ServiceForm } from "../../../ui/service_form";
import { Empty, Loaded, Refusal } from "../../../ui/states";
import shared from "../integrations.module.css";
import { type Choice, type Mapping, useMapProjects } from "./mapping_api";
import { MappingDialog } from "./mapping_dialog";
import css from "./mappings.module.css";
import { ProjectRow } from "./project_row";
import { new_service, ServiceChoice } from "./service_choice";

type Integration = Schemas["Integration"];
type Project = Schemas["SentryProject"];

/** Projects whose name is that of a service. */
export function sameNamed(projects: readonly Project[], services: readonly Schemas["Service"][]) {
  const bySlug = new Map(
    services.filter((each) => each.archived_at === null).map((each) => [each.slug, each.id]),
  );
  return projects.flatMap(({ id, slug, mapping }) => {
    const service = mapping === null ? bySlug.get(slug) : undefined;
    return service === undefined ? [] : [[id, service] as const];
  });
}

const holds = (project: Project, wanted: string) =>
  `${project.slug} ${project.name}`.toLowerCase().includes(wanted);

function commitLabel(choices: readonly Choice[]) {
  const count = choices.length;
  const noun = count === 1 ? "project" : "projects";
  return choices.every(({ mapping }) => mapping === null)
    ? `Map ${count} ${noun}`
    : `Save ${count} ${count === 1 ? "change" : "changes"}`;
}

interface MappingTableProps {
  integration: Integration;
  projects: readonly Project[];
  services: readonly Schemas["Service"][];
}

function MappingTable({ integration, projects, services }: MappingTableProps) {
  const org = useOrg();
  const admin = org.can("admin");
  const [wanted, setWanted] = useState("");
  const soon = useDeferredValue(wanted).trim().toLowerCase();
  const [unmappedOnly, setUnmappedOnly] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [drafts, setDrafts] = useState<ReadonlyMap<string, string>>(new Map());
  const [makingFor, setMakingFor] = useState<readonly string[] | null>(null);
  const [editing, setEditing] = useState<Mapping | null>(null);
  const map = useMapProjects(org.slug, integration.id);

  const listed = projects.filter(
    (project) => holds(project, soon) && (!unmappedOnly || project.mapping === null),
  );
  const inList = new Set(listed);
  const choices: Choice[] = projects.flatMap(({ id, mapping }) => {
    const service = drafts.get(id);
    return service === undefined || service === mapping?.service.id
      ? []
      : [{ project: id, service, mapping }];
  });
  const suggestions = sameNamed(projects, services).filter(([id]) => !drafts.has(id));

  const choose = useCallback((ids: readonly string[], service: string) => {
    if (service === new_service) setMakingFor(ids);
    else
      setDrafts((old) => {
        const next = new Map(old);
        for (const id of ids) {
          if (service === "") next.delete(id);
          else next.set(id, service);
        }
        return next;
      });
  }, []);
  const select = useCallback(
    (ids: readonly string[], on: boolean) =>
      setSelected((old) => {
        const next = new Set(old);
        for (const id of ids) {
          if (on) next.add(id);
          else next.delete(id);
        }
        return next;
      }),
    [],
  );
  const selectOne = useCallback((id: string, on: boolean) => select([id], on), [select]);
  const chooseOne = useCallback((id: string, service: string) => choose([id], service), [choose]);
  const forget = () => {
    setDrafts(new Map());
    setSelected(new Set());
  };

  const selectedListed = listed.filter(({ id }) => selected.has(id)).length;
  return (
    <>
      <div className={css.toolbar}>
        <TextInput
          className={css.search ?? ""}
          type="search"
          aria-label="Find projects"
          placeholder="Find projects"
          leftSection={<SearchIcon size={16} />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Checkbox
          label="Unmapped only"
          checked={unmappedOnly}
          onChange={(event) => setUnmappedOnly(event.currentTarget.checked)}
        />
        {admin && suggestions.length > 0 ? (
          <Button
            variant="default"
            size="sm"
            onClick={() => setDrafts((old) => new Map([...old, ...suggestions]))}
          >
            Choose same-named services ({suggestions.length})
          </Button>
        ) : null}
      </div>
      {admin ? (
        <div className={css.bulk}>
          <Checkbox
            label={selected.size > 0 ? `${selected.size} selected` : "Select all"}
            aria-label="Select all projects in the list"
            checked={listed.length > 0 && selectedListed === listed.length}
            indeterminate={selectedListed > 0 && selectedListed < listed.length}
            onChange={(event) =>
              select(
                listed.map(({ id }) => id),
                event.currentTarget.checked,
              )
            }
          />
          <ServiceChoice
            label="Service for the selected projects"
            placeholder="Service for the selected…"
            services={services}
            value=""
            disabled={selected.size === 0}
            onChoose={(service) => choose([...selected], service)}
          />
        </div>
      ) : null}
      {listed.length === 0 ? (
        <p className={css.empty}>
          {projects.length === 0 ? "Sentry lists no projects." : "No project fits."}
        </p>
      ) : null}
      {projects.length > 0 ? (
        <ul className={css.projects} aria-label="Sentry projects">
          {projects.map((project) => (
            <ProjectRow
              key={project.id}
              integration={integration.id}
              project={project}
              services={services}
              draft={drafts.get(project.id)}
              selected={selected.has(project.id)}
              hidden={!inList.has(project)}
              onSelect={selectOne}
              onChoose={chooseOne}
              onEdit={setEditing}
            />
          ))}
        </ul>
      ) : null}
      {map.isError ? (
        <div className={css.padded}>
          <Refusal error={map.error} onClose={() => map.reset()} />
        </div>
      ) : null}
      <div role="status" className={css.saveBar} data-open={choices.length > 0 || undefined}>
        {choices.length > 0 ? (
          <>
            <Button loading={map.isPending} onClick={() => map.mutate(choices, { onSuccess: forget })}>
              {commitLabel(choices)}
            </Button>
            <Button variant="default" disabled={map.isPending} onClick={forget}>
              Discard
            </Button>
          </>
        ) : null}
      </div>
      {makingFor ? (
        <ServiceForm
          org={org.slug}
          onClose={() => setMakingFor(null)}
          onSaved={(service) => choose(makingFor, service.id)}
        />
      ) : null}
      {editing ? (
        <MappingDialog
          org={org.slug}
          integration={integration.id}
          mapping={editing}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </>
  );
}

const none: readonly never[] = [];

/** Sentry's projects beside the services that they lead to. */
export function MappingPanel({ integration }: { integration: Integration }) {
  const { slug: org } = useOrg();
  const connected = integration.credential !== null;
  const projects = useQuery({ ...projectsQuery(org, integration.id), enabled: connected });
  const services = useQuery(servicesQuery(org));
  const mapped = projects.data?.filter(({ mapping }) => mapping !== null).length;
  return (
    <Panel
      title="Projects and services"
      flush
      actions={
        connected && projects.data ? (
          <span className={shared.dimmed}>
            {mapped} of {projects.data.length} mapped
          </span>
        ) : null
      }
    >
      {connected ? (
        <Loaded query={projects}>
          {(list) => (
            <MappingTable integration={integration} projects={list} services={services.data ?? none} />
          )}
        </Loaded>
      ) : (
        <div className={css.padded}>
          <Empty title="Not connected">
            Sentry's projects can be listed and mapped once it is connected.
          </Empty>
        </div>
      )}
    </Panel>
  );
}
