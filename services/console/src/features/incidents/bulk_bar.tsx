import { Button, TextInput } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { keysOf } from "../../api/vocabulary";
import { type Action, action_labels, isApplicable } from "./actions";
import css from "./list_page.module.css";

type Incident = Schemas["Incident"];

interface BulkBarProps {
  selected: readonly Incident[];
  note: string;
  isPending: boolean;
  onNote: (note: string) => void;
  onAction: (action: Action) => void;
  onClear: () => void;
}

/** Actions on the selected incidents, with one note for all of them. */
export function BulkBar({ selected, note, isPending, onNote, onAction, onClear }: BulkBarProps) {
  const [requested, setRequested] = useState<Action>();
  if (selected.length === 0) return null;
  const ignoreEnter = (event: KeyboardEvent) => {
    // Enter in the only field of a form would press its first button.
    if (event.key === "Enter") event.preventDefault();
  };
  return (
    <section className={css.bulk} aria-label="Selected incidents">
      <strong className={css.selected} role="status">
        {selected.length} selected
      </strong>
      <TextInput
        id="bulk-note"
        className={css.bulkNote ?? ""}
        size="xs"
        aria-label="Note for all selected incidents"
        placeholder="Note for all selected incidents"
        maxLength={10_000}
        value={note}
        onKeyDown={ignoreEnter}
        onChange={(event) => onNote(event.currentTarget.value)}
      />
      {keysOf(action_labels).map((action) => {
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
            {action_labels[action]} {count > 0 ? count : ""}
          </Button>
        );
      })}
      <Button size="xs" variant="subtle" onClick={onClear}>
        Clear selection
      </Button>
    </section>
  );
}
