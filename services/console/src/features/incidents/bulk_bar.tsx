import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { type IncidentFilters, matchingIncidents } from "../../api/queries";
import { keysOf } from "../../api/vocabulary";
import { formatCount, formatNumber } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { ErrorNotice } from "../../ui/states";
import { type Action, action_labels, isApplicable } from "./actions";
import { AssignDialog } from "./assign_dialog";
import type { BulkItem } from "./bulk_change";
import css from "./list_page.module.css";
import type { useTriage } from "./triage";

type Incident = Schemas["Incident"];
type Triage = ReturnType<typeof useTriage>;

// How many numbers of refused incidents are shown for one reason.
const shown_numbers = 8;

/** The refused incidents, by reason. */
function RefusedNotice({ refused, onClose }: { refused: readonly BulkItem[]; onClose: () => void }) {
  const by_reason = new Map<string, BulkItem[]>();
  for (const item of refused) {
    const reason = item.detail ?? "Refused.";
    by_reason.set(reason, [...(by_reason.get(reason) ?? []), item]);
  }
  return (
    <Notice tone="bad" title={`${formatCount(refused.length, "incident")} not changed`} onClose={onClose}>
      <ul className={css.refused}>
        {[...by_reason].map(([reason, items]) => (
          <li key={reason}>
            {items
              .slice(0, shown_numbers)
              .map(({ number }) => `#${number}`)
              .join(", ")}
            {items.length > shown_numbers ? ` and ${formatNumber(items.length - shown_numbers)} more` : ""}:{" "}
            {reason}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

interface SelectMatchingProps {
  org: string;
  filters: IncidentFilters;
  onSelect: (incidents: readonly Incident[]) => void;
}

/** Selects all incidents that match the filters, also those that are not loaded. */
function SelectMatching({ org, filters, onSelect }: SelectMatchingProps) {
  const { data, isError, refetch } = useQuery(matchingIncidents(org, filters));
  if (isError)
    return (
      <Button size="xs" variant="subtle" onClick={() => void refetch()}>
        Could not count all. Try again
      </Button>
    );
  return (
    <Button size="xs" variant="subtle" loading={data === undefined} onClick={() => data && onSelect(data)}>
      Select all {data ? formatNumber(data.length) : ""} matching
    </Button>
  );
}

interface ActionButtonsProps {
  selected: readonly Incident[];
  isPending: boolean;
  onAction: (action: Action) => void;
  onAssign: () => void;
}

function ActionButtons({ selected, isPending, onAction, onAssign }: ActionButtonsProps) {
  const [requested, setRequested] = useState<Action>();
  const button = (action: Action) => {
    const count = selected.filter((incident) => isApplicable(action, incident)).length;
    // Each action keeps its place, so that a double tap does not press the next one.
    return (
      <Button
        key={action}
        size="xs"
        className={css.bulkAction ?? ""}
        variant={action === "acknowledge" ? "filled" : "default"}
        disabled={count === 0 || (isPending && requested !== action)}
        loading={isPending && requested === action}
        onClick={() => {
          setRequested(action);
          onAction(action);
        }}
      >
        {action_labels[action]} {count > 0 ? formatNumber(count) : ""}
      </Button>
    );
  };
  return (
    <>
      {keysOf(action_labels).map(button)}
      <Button size="xs" variant="default" disabled={isPending} onClick={onAssign}>
        Assign…
      </Button>
    </>
  );
}

interface BulkBarProps {
  org: string;
  triage: Triage;
  filters: IncidentFilters;
  /** Whether all loaded rows are selected, and there are more. */
  offersMatching: boolean;
}

/** Actions on the selected incidents, with one note for all of them, and what failed. */
export function BulkBar({ org, triage, filters, offersMatching }: BulkBarProps) {
  const { selection, bulk } = triage;
  const selected = selection.incidents;
  const hasErrors = bulk.error !== null || bulk.refused.length > 0;
  if (selected.length === 0 && !hasErrors) return null;
  const ignoreEnter = (event: KeyboardEvent) => {
    // Enter in the only field of a form would press its first button.
    if (event.key === "Enter") event.preventDefault();
  };
  return (
    <section className={css.bulk} aria-label="Selected incidents">
      {bulk.error ? <ErrorNotice error={bulk.error} onClose={bulk.clearErrors} onRetry={bulk.retry} /> : null}
      {bulk.refused.length > 0 ? <RefusedNotice refused={bulk.refused} onClose={bulk.clearErrors} /> : null}
      {selected.length > 0 ? (
        <>
          <strong className={css.selected} role="status">
            {formatNumber(selected.length)} selected
          </strong>
          {offersMatching ? <SelectMatching org={org} filters={filters} onSelect={selection.set} /> : null}
          <TextInput
            id="bulk-note"
            className={css.bulkNote ?? ""}
            size="xs"
            aria-label="Note for all selected incidents"
            placeholder="Note for all selected incidents"
            maxLength={10_000}
            value={bulk.note}
            onKeyDown={ignoreEnter}
            onChange={(event) => bulk.setNote(event.currentTarget.value)}
          />
          <ActionButtons
            selected={selected}
            isPending={bulk.isPending}
            onAction={triage.act}
            onAssign={triage.startAssigning}
          />
          <Button size="xs" variant="subtle" onClick={selection.clear}>
            Clear selection
          </Button>
        </>
      ) : null}
      {triage.isAssigning ? (
        <AssignDialog
          title={`Assign ${formatCount(selected.length, "incident")}`}
          assignee={selected.every(({ assignee }) => assignee === null) ? null : undefined}
          submission={{ isPending: bulk.isPending, error: null }}
          onAssign={(email) => {
            triage.stopAssigning();
            bulk.assign(email);
          }}
          onClose={triage.stopAssigning}
        />
      ) : null}
    </section>
  );
}
