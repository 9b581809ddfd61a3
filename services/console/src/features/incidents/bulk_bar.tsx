import { Button, TextInput } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { type Action, changes } from "./actions";
import css from "./list_page.module.css";

type Incident = Schemas["Incident"];

const labels: Record<Action, string> = {
  acknowledge: "Acknowledge",
  resolve: "Resolve",
  reopen: "Reopen",
};

interface BulkBarProps {
  selected: readonly Incident[];
  note: string;
  setNote: (note: string) => void;
  busy: boolean;
  act: (action: Action) => void;
  clear: () => void;
}

/** One action, and one note, for all that are selected. */
export function BulkBar({ selected, note, setNote, busy, act, clear }: BulkBarProps) {
  const [asked, setAsked] = useState<Action>();
  if (selected.length === 0) return null;
  const keep = (event: KeyboardEvent) => {
    // Enter in a single field would be taken for consent to something.
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
        aria-label="Note for all of them"
        placeholder="Note for all of them"
        maxLength={10_000}
        value={note}
        onKeyDown={keep}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {(["acknowledge", "resolve", "reopen"] as const).map((action) => {
        const fitting = selected.filter((incident) => changes(action, incident)).length;
        return fitting === 0 ? null : (
          <Button
            key={action}
            size="xs"
            variant={action === "acknowledge" ? "filled" : "default"}
            disabled={busy && asked !== action}
            loading={busy && asked === action}
            onClick={() => {
              setAsked(action);
              act(action);
            }}
          >
            {labels[action]} {fitting}
          </Button>
        );
      })}
      <Button size="xs" variant="subtle" onClick={clear}>
        Select none
      </Button>
    </section>
  );
}
