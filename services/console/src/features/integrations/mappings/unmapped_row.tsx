import { Button, Checkbox } from "@mantine/core";
import { memo } from "react";
import type { Schemas } from "../../../api/client";
import { formatCount } from "../../../ui/format";
import rows from "../../../ui/rows.module.css";
import { TextLink } from "../../../ui/text_link";
import { RelativeTime } from "../../../ui/time";
import css from "./mappings.module.css";
import { ServiceSelect } from "./service_select";
import { nameOf, type Unmapped } from "./unmapped_api";

interface UnmappedRowProps {
  org: string;
  item: Unmapped;
  services: readonly Schemas["Service"][];
  suggestion: Schemas["ServiceRef"] | undefined;
  /** The name of the Sentry organization. */
  sentryOrg: string | undefined;
  /** The chosen service that is not saved yet; null where the user may not map projects. */
  draft: string | null;
  isSelected: boolean;
  isDisabled: boolean;
  /** Hiding a row is cheaper than unmounting it. */
  isHidden: boolean;
  onSelect: (item: Unmapped, isOn: boolean) => void;
  onChoose: (item: Unmapped, service: string) => void;
}

function UnmappedDetails({ org, item, sentryOrg }: Pick<UnmappedRowProps, "org" | "item" | "sentryOrg">) {
  const { project, integration_id } = item;
  return (
    <div className={rows.main}>
      <div className={rows.name}>{nameOf(item)}</div>
      <div className={rows.details}>
        {sentryOrg ? <span>{sentryOrg}</span> : null}
        <TextLink
          to="/o/$org/deliveries"
          params={{ org }}
          search={{
            outcome: "unmapped",
            project: project.id ?? project.slug ?? "",
            integration: integration_id,
          }}
          inherit
        >
          {formatCount(item.deliveries, "delivery", "deliveries")}
        </TextLink>
        {item.requested_service ? <span>Requests service {item.requested_service}</span> : null}
        <span>
          First <RelativeTime at={item.first_at} />
        </span>
        <span>
          Last <RelativeTime at={item.last_at} />
        </span>
      </div>
    </div>
  );
}

/** Memoized, because there may be hundreds of rows. */
export const UnmappedRow = memo(function UnmappedRow(props: UnmappedRowProps) {
  const { item, services, suggestion, draft, isSelected, isDisabled, isHidden, onSelect, onChoose } = props;
  const name = nameOf(item);
  return (
    <li
      className={css.project}
      data-selectable={draft !== null || undefined}
      hidden={isHidden}
      data-changed={draft ? true : undefined}
    >
      {draft !== null ? (
        <Checkbox
          aria-label={`Select ${name}`}
          checked={isSelected}
          disabled={isDisabled}
          onChange={(event) => onSelect(item, event.currentTarget.checked)}
        />
      ) : null}
      <UnmappedDetails {...props} />
      {suggestion && draft === "" ? (
        <Button
          size="xs"
          variant="light"
          className={css.suggestion ?? ""}
          disabled={isDisabled}
          aria-label={`Map to ${suggestion.name}: ${name}`}
          onClick={() => onChoose(item, suggestion.id)}
        >
          Map to {suggestion.name}
        </Button>
      ) : null}
      {draft !== null ? (
        <div className={css.service}>
          <ServiceSelect
            label={`Service for ${name}`}
            placeholder="Map to…"
            services={services}
            value={draft}
            disabled={isDisabled}
            onChange={(service) => onChoose(item, service)}
          />
        </div>
      ) : null}
    </li>
  );
});
