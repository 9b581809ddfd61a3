import { ActionIcon, Checkbox, Menu } from "@mantine/core";
import { memo, useRef } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { level_labels, severity_labels } from "../../../api/vocabulary";
import { MappingBadge } from "../../../ui/badges";
import { DownIcon } from "../../../ui/icons";
import rows from "../../../ui/rows.module.css";
import { ErrorNotice } from "../../../ui/states";
import { RelativeTime } from "../../../ui/time";
import { useNearViewport } from "../../../ui/use_near_viewport";
import shared from "../integrations.module.css";
import { type Mapping, useChangeMapping, useUnmap } from "./mapping_api";
import css from "./mappings.module.css";
import { ServiceSelect } from "./service_select";

type Project = Schemas["SentryProject"];

const conditionTexts = ({ environments, min_level, severity }: Mapping): string[] =>
  [
    environments.length > 0 ? `Only ${environments.join(", ")}` : "",
    min_level ? `${level_labels[min_level]} or higher` : "",
    severity !== "auto" ? `Severity ${severity_labels[severity]}` : "",
  ].filter(Boolean);

function ProjectDetails({ project: { slug, name, platform, mapping } }: { project: Project }) {
  return (
    <div className={rows.main}>
      <div className={rows.name}>{slug}</div>
      <div className={rows.details}>
        {name !== slug ? <span>{name}</span> : null}
        {platform ? <span>{platform}</span> : null}
        {mapping ? conditionTexts(mapping).map((text) => <span key={text}>{text}</span>) : null}
        {mapping?.inactive_until ? (
          <span>
            Resumes <RelativeTime at={mapping.inactive_until} />
          </span>
        ) : null}
      </div>
    </div>
  );
}

interface MappingMenuProps {
  slug: string;
  mapping: Mapping;
  change: ReturnType<typeof useChangeMapping>;
  unmap: ReturnType<typeof useUnmap>;
  onEdit: (mapping: Mapping) => void;
}

function MappingMenu({ slug, mapping, change, unmap, onEdit }: MappingMenuProps) {
  const toggle = () =>
    change.mutate({ id: mapping.id, patch: { active: !mapping.active, inactive_until: null } });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`More actions for ${slug}`}
          loading={change.isPending || unmap.isPending}
        >
          <DownIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={toggle}>{mapping.active ? "Pause" : "Activate"}</Menu.Item>
        <Menu.Item onClick={() => onEdit(mapping)}>Conditions…</Menu.Item>
        <Menu.Item color="red" onClick={() => unmap.mutate(mapping.id)}>
          Unmap
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface ProjectRowProps {
  integration: string;
  project: Project;
  services: readonly Schemas["Service"][];
  /** The chosen service that is not saved yet. */
  draft: string | undefined;
  isSelected: boolean;
  /** Hiding a row is cheaper than unmounting it. */
  isHidden: boolean;
  onSelect: (project: string, isOn: boolean) => void;
  onChoose: (project: string, service: string) => void;
  onEdit: (mapping: Mapping) => void;
}

/** Memoized, because there may be hundreds of rows. */
export const ProjectRow = memo(function ProjectRow(props: ProjectRowProps) {
  const { integration, project, services, draft, isSelected, isHidden, onSelect, onChoose, onEdit } = props;
  const org = useOrg();
  const row = useRef<HTMLLIElement>(null);
  const isNear = useNearViewport(row);
  const isAdmin = org.can("admin");
  const change = useChangeMapping(org.slug, integration);
  const unmap = useUnmap(org.slug, integration);
  const { id, mapping, slug } = project;
  const isChanged = draft !== undefined && draft !== mapping?.service.id;
  return (
    <li
      ref={row}
      className={css.project}
      data-selectable={isAdmin || undefined}
      hidden={isHidden}
      data-changed={isChanged || undefined}
    >
      {isAdmin ? (
        <Checkbox
          aria-label={`Select ${slug}`}
          checked={isSelected}
          onChange={(event) => onSelect(id, event.currentTarget.checked)}
        />
      ) : null}
      <ProjectDetails project={project} />
      <div className={css.service}>
        {isAdmin ? (
          <ServiceSelect
            label={`Service for ${slug}`}
            placeholder="Not mapped"
            services={services}
            value={draft ?? mapping?.service.id ?? ""}
            current={mapping?.service}
            onChange={(service) => onChoose(id, service)}
          />
        ) : (
          (mapping?.service.name ?? "Not mapped")
        )}
      </div>
      <div className={css.state}>
        {mapping ? <MappingBadge active={mapping.active} /> : <span className={shared.dimmed}>Unmapped</span>}
        {isAdmin && mapping && isNear ? (
          <MappingMenu slug={slug} mapping={mapping} change={change} unmap={unmap} onEdit={onEdit} />
        ) : null}
      </div>
      {change.isError ? <ErrorNotice error={change.error} onClose={() => change.reset()} /> : null}
      {unmap.isError ? <ErrorNotice error={unmap.error} onClose={() => unmap.reset()} /> : null}
    </li>
  );
});
