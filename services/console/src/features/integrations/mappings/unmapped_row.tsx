import { Button, Checkbox } from "@mantine/core";
import { memo } from "react";
import type { Schemas } from "../../../api/client";
import rows from "../../../ui/rows.module.css";
import { TextLink } from "../../../ui/text_link";
import { Moment } from "../../../ui/time";
import css from "./mappings.module.css";
import { ServiceChoice } from "./service_choice";
import { nameOf, type Unmapped } from "./unmapped_api";

interface UnmappedRowProps {
  org: string;
  item: Unmapped;
  services: readonly Schemas["Service"][];
  suggestion: Schemas["ServiceRef"] | undefined;
  from: string | undefined;
  /** The service that was chosen and not yet saved; null where the person may not choose. */
  draft: string | null;
  selected: boolean;
  busy: boolean;
  /** Kept out of sight by the filter: cheaper than taking it away and making it again. */
  hidden: boolean;
  onSelect: (item: Unmapped, on: boolean) => void;
  onChoose: (item: Unmapped, service: string) => void;
}

const deliveries = (count: number) =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? "delivery" : "deliveries"}`;

/** Hundreds of them stand on one screen: a row is drawn again only where something of it changed. */
export const UnmappedRow = memo(function UnmappedRow(props: UnmappedRowProps) {
  const { org, item, services, suggestion, from, draft, selected, busy, hidden, onSelect, onChoose } = props;
  const name = nameOf(item);
  return (
    <li
      className={css.project}
      data-selectable={draft !== null || undefined}
      hidden={hidden}
      data-changed={draft ? true : undefined}
    >
      {draft !== null ? (
        <Checkbox
          aria-label={`Select ${name}`}
          checked={selected}
          disabled={busy}
          onChange={(event) => onSelect(item, event.currentTarget.checked)}
        />
      ) : null}
      <div className={rows.what}>
        <div className={css.slug}>{name}</div>
        <div className={rows.facts}>
          {from ? <span>{from}</span> : null}
          <TextLink
            to="/o/$org/deliveries"
            params={{ org }}
            search={{
              outcome: "unmapped",
              project: item.project.id ?? item.project.slug ?? "",
              integration: item.integration_id,
            }}
            inherit
          >
            {deliveries(item.deliveries)}
          </TextLink>
          <span>
            first <Moment at={item.first_at} />
          </span>
          <span>
            last <Moment at={item.last_at} />
          </span>
        </div>
      </div>
      {draft !== null ? (
        <>
          {suggestion && draft === "" ? (
            <Button
              size="xs"
              variant="light"
              className={css.suggestion ?? ""}
              disabled={busy}
              aria-label={`${name}: take ${suggestion.name}, whose name is alike`}
              onClick={() => onChoose(item, suggestion.id)}
            >
              {suggestion.name}?
            </Button>
          ) : null}
          <div className={css.service}>
            <ServiceChoice
              label={`Map ${name} to`}
              placeholder="Map to…"
              services={services}
              value={draft}
              disabled={busy}
              onChoose={(service) => onChoose(item, service)}
            />
          </div>
        </>
      ) : null}
    </li>
  );
});
