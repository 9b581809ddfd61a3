import { ActionIcon, Checkbox, Menu } from "@mantine/core";
import { memo, useRef } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { MappingBadge } from "../../../ui/badges";
import { DownIcon } from "../../../ui/icons";
import rows from "../../../ui/rows.module.css";
import { Refusal } from "../../../ui/states";
import { Moment } from "../../../ui/time";
import { useNear } from "../../../ui/use_near";
import shared from "../integrations.module.css";
import { type Mapping, useChangeMapping, useUnmap } from "./mapping_api";
import css from "./mappings.module.css";
import { ServiceChoice } from "./service_choice";

function conditions({ environments, min_level, severity }: Mapping): string[] {
  return [
    environments.length > 0 ? `only ${environments.join(", ")}` : "",
    min_level ? `from ${min_level} on` : "",
    severity !== "auto" ? `always ${severity}` : "",
  ].filter(Boolean);
}

interface ProjectRowProps {
  integration: string;
  project: Schemas["SentryProject"];
  services: readonly Schemas["Service"][];
  draft: string | undefined;
  selected: boolean;
  /** Kept out of sight by the filter: cheaper than taking it away and making it again. */
  hidden: boolean;
  onSelect: (project: string, on: boolean) => void;
  onChoose: (project: string, service: string) => void;
  onEdit: (mapping: Mapping) => void;
}

/** Hundreds of them stand on one screen: a row is drawn again only where something of it changed. */
export const ProjectRow = memo(function ProjectRow(props: ProjectRowProps) {
  const { integration, project, services, draft, selected, hidden, onSelect, onChoose, onEdit } = props;
  const org = useOrg();
  const row = useRef<HTMLLIElement>(null);
  const near = useNear(row);
  const admin = org.can("admin");
  const change = useChangeMapping(org.slug, integration);
  const unmap = useUnmap(org.slug, integration);
  const { mapping, slug } = project;
  const changed = draft !== undefined && draft !== mapping?.service.id;
  return (
    <li
      ref={row}
      className={css.project}
      data-selectable={admin || undefined}
      hidden={hidden}
      data-changed={changed || undefined}
    >
      {admin ? (
        <Checkbox
          aria-label={`Select ${slug}`}
          checked={selected}
          onChange={(event) => onSelect(project.id, event.currentTarget.checked)}
        />
      ) : null}
      <div className={rows.what}>
        <div className={css.slug}>{slug}</div>
        <div className={rows.facts}>
          {project.name !== slug ? <span>{project.name}</span> : null}
          {project.platform ? <span>{project.platform}</span> : null}
          {mapping ? conditions(mapping).map((text) => <span key={text}>{text}</span>) : null}
          {mapping?.inactive_until ? (
            <span>
              paused until <Moment at={mapping.inactive_until} />
            </span>
          ) : null}
        </div>
      </div>
      <div className={css.service}>
        {admin ? (
          <ServiceChoice
            label={`Service for ${slug}`}
            placeholder="Not mapped"
            services={services}
            value={draft ?? mapping?.service.id ?? ""}
            current={mapping?.service}
            onChoose={(service) => onChoose(project.id, service)}
          />
        ) : (
          (mapping?.service.name ?? "Not mapped")
        )}
      </div>
      <div className={css.state}>
        {mapping ? <MappingBadge active={mapping.active} /> : <span className={shared.dimmed}>unmapped</span>}
        {admin && mapping && near ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`More for ${slug}`}
                loading={change.isPending || unmap.isPending}
              >
                <DownIcon />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                onClick={() =>
                  change.mutate({ id: mapping.id, patch: { active: !mapping.active, inactive_until: null } })
                }
              >
                {mapping.active ? "Pause" : "Activate"}
              </Menu.Item>
              <Menu.Item onClick={() => onEdit(mapping)}>Conditions…</Menu.Item>
              <Menu.Item color="red" onClick={() => unmap.mutate(mapping.id)}>
                Unmap
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </div>
      {change.isError ? <Refusal error={change.error} onClose={() => change.reset()} /> : null}
      {unmap.isError ? <Refusal error={unmap.error} onClose={() => unmap.reset()} /> : null}
    </li>
  );
});
