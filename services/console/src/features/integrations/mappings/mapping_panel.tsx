import { Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useState } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { projectsQuery, servicesQuery } from "../../../api/queries";
import { formatCount } from "../../../ui/format";
import { Notice } from "../../../ui/notice";
import { Panel } from "../../../ui/panel";
import rows from "../../../ui/rows.module.css";
import { EmptyState, ErrorNotice, Loaded } from "../../../ui/states";
import shared from "../integrations.module.css";
import { useDrafts } from "./drafts";
import { BulkMapping, MatchByName, NewServiceDialog, ProjectSearch, SaveBar } from "./list_controls";
import { type Mapping, type MappingChoice, useMapProjects } from "./mapping_api";
import { MappingDialog } from "./mapping_dialog";
import css from "./mappings.module.css";
import { ProjectRow } from "./project_row";

type Integration = Schemas["Integration"];
type Project = Schemas["SentryProject"];
type Service = Schemas["Service"];

/** Unmapped projects with the service of the same slug. */
function sameNamed(projects: readonly Project[], services: readonly Service[]) {
  const bySlug = new Map(services.filter(isUsable).map(({ slug, id }) => [slug, id]));
  return projects.flatMap(({ id, slug, mapping }) => {
    const service = mapping === null ? bySlug.get(slug) : undefined;
    return service === undefined ? [] : [[id, service] as const];
  });
}

const isUsable = ({ archived_at }: Service) => archived_at === null;

const matches = ({ slug, name }: Project, words: string) => `${slug} ${name}`.toLowerCase().includes(words);

/** The drafts that differ from what is saved. */
const changesOf = (projects: readonly Project[], drafts: ReadonlyMap<string, string>): MappingChoice[] =>
  projects.flatMap(({ id, mapping }) => {
    const service = drafts.get(id);
    return service === undefined || service === mapping?.service.id
      ? []
      : [{ project: id, service, mapping }];
  });

const saveLabel = (changes: readonly MappingChoice[]) =>
  changes.every(({ mapping }) => mapping === null)
    ? `Map ${formatCount(changes.length, "project")}`
    : `Save ${formatCount(changes.length, "change")}`;

interface ProjectListProps {
  integration: Integration;
  projects: readonly Project[];
  listed: readonly Project[];
  services: readonly Service[];
  drafts: ReturnType<typeof useDrafts>;
}

function ProjectList({ integration, projects, listed, services, drafts }: ProjectListProps) {
  const org = useOrg();
  const [editing, setEditing] = useState<Mapping>();
  const { choose, select } = drafts;
  const inList = new Set(listed);
  const selectOne = useCallback((id: string, isOn: boolean) => select([id], isOn), [select]);
  const chooseOne = useCallback((id: string, service: string) => choose([id], service), [choose]);
  return (
    <>
      <ul className={rows.list} aria-label="Sentry projects">
        {projects.map((project) => (
          <ProjectRow
            key={project.id}
            integration={integration.id}
            project={project}
            services={services}
            draft={drafts.drafts.get(project.id)}
            isSelected={drafts.selected.has(project.id)}
            isHidden={!inList.has(project)}
            onSelect={selectOne}
            onChoose={chooseOne}
            onEdit={setEditing}
          />
        ))}
      </ul>
      {editing ? (
        <MappingDialog
          org={org.slug}
          integration={integration.id}
          mapping={editing}
          onClose={() => setEditing(undefined)}
        />
      ) : null}
    </>
  );
}

const none: readonly never[] = [];

/** Why new mappings may be mistakes. */
function MappingWarnings({ warnings, onClose }: { warnings: readonly string[]; onClose: () => void }) {
  if (warnings.length === 0) return null;
  return (
    <div className={rows.error}>
      <Notice tone="hint" title="Mapped, but please check" onClose={onClose}>
        {warnings.map((warning) => (
          <div key={warning}>{warning}</div>
        ))}
      </Notice>
    </div>
  );
}

interface MappingTableProps {
  integration: Integration;
  projects: readonly Project[];
  services: readonly Service[];
}

function MappingTable({ integration, projects, services }: MappingTableProps) {
  const org = useOrg();
  const isAdmin = org.can("admin");
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(typed).trim().toLowerCase();
  const [isUnmappedOnly, setUnmappedOnly] = useState(false);
  const drafts = useDrafts();
  const map = useMapProjects(org.slug, integration.id);
  const changes = changesOf(projects, drafts.drafts);
  const listed = projects.filter(
    (project) => matches(project, words) && (!isUnmappedOnly || project.mapping === null),
  );
  const idsOf = (all: readonly Project[]) => all.map(({ id }) => id);
  return (
    <>
      <div className={css.toolbar}>
        <ProjectSearch value={typed} onChange={setTyped} />
        <Checkbox
          label="Unmapped only"
          checked={isUnmappedOnly}
          onChange={(event) => setUnmappedOnly(event.currentTarget.checked)}
        />
        {isAdmin ? (
          <MatchByName
            matches={sameNamed(projects, services).filter(([id]) => !drafts.drafts.has(id))}
            onMatch={drafts.addDrafts}
          />
        ) : null}
      </div>
      {isAdmin ? (
        <BulkMapping projects={idsOf(projects)} listed={idsOf(listed)} services={services} drafts={drafts} />
      ) : null}
      {listed.length === 0 ? (
        <p className={rows.empty}>{projects.length === 0 ? "Sentry has no projects." : "No matches"}</p>
      ) : null}
      {projects.length > 0 ? <ProjectList {...{ integration, projects, listed, services, drafts }} /> : null}
      {map.isError ? (
        <div className={rows.error}>
          <ErrorNotice error={map.error} onClose={() => map.reset()} />
        </div>
      ) : null}
      <MappingWarnings warnings={map.data ?? none} onClose={map.reset} />
      <SaveBar
        isOpen={changes.length > 0}
        label={saveLabel(changes)}
        isPending={map.isPending}
        onSave={() => map.mutate(changes, { onSuccess: drafts.clear })}
        onDiscard={drafts.clear}
      />
      <NewServiceDialog drafts={drafts} />
    </>
  );
}

/** The projects of the Sentry organization, with the services they are mapped to. */
export function MappingPanel({ integration }: { integration: Integration }) {
  const { slug: org } = useOrg();
  const isConnected = integration.credential !== null;
  const projects = useQuery({ ...projectsQuery(org, integration.id), enabled: isConnected });
  const services = useQuery(servicesQuery(org));
  const mapped_count = projects.data?.filter(({ mapping }) => mapping !== null).length;
  return (
    <Panel
      title="Projects and services"
      flush
      actions={
        isConnected && projects.data ? (
          <span className={shared.dimmed}>
            {mapped_count} of {projects.data.length} mapped
          </span>
        ) : null
      }
    >
      {isConnected ? (
        <Loaded query={projects}>
          {(list) => (
            <MappingTable integration={integration} projects={list} services={services.data ?? none} />
          )}
        </Loaded>
      ) : (
        <div className={rows.error}>
          <EmptyState title="Not connected">
            Projects can be listed and mapped after the integration is connected.
          </EmptyState>
        </div>
      )}
    </Panel>
  );
}
