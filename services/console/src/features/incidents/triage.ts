import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { type Command, useCommands } from "../../ui/commands";
import { type Action, isApplicable, useIncidentAction } from "./actions";
import { currentNumber, focusRow, moveFocus, rememberOrder } from "./list_position";

type Incident = Schemas["Incident"];

/** The selected rows. */
function useSelection() {
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  return {
    has: (number: number) => selected.has(number),
    set: (numbers: readonly number[]) => setSelected(new Set(numbers)),
    clear: () => setSelected(new Set()),
    toggle: (number: number) =>
      setSelected((old) => {
        const next = new Set(old);
        if (!next.delete(number)) next.add(number);
        return next;
      }),
  };
}

interface RowActions {
  currentRow: () => Incident | undefined;
  selection: ReturnType<typeof useSelection>;
  selected: readonly Incident[];
  numbers: readonly number[];
  perform: (action: Action, incidents: readonly Incident[]) => void;
}

/** Commands that change the selection or the incidents. */
function editingCommands({ currentRow, selection, selected, numbers, perform }: RowActions): Command[] {
  const targets = () => {
    const row = currentRow();
    return selected.length > 0 || row === undefined ? selected : [row];
  };
  const toggleCurrent = () => {
    const row = currentRow();
    if (row) selection.toggle(row.number);
    else moveFocus(numbers, 1);
  };
  const writeNote = () => {
    const row = currentRow();
    if (selected.length === 0 && row) selection.toggle(row.number);
    // The field exists only while rows are selected.
    requestAnimationFrame(() => document.getElementById("bulk-note")?.focus());
  };
  return [
    { key: "x", label: "Select or deselect this incident", run: toggleCurrent },
    {
      key: "a",
      label: "Acknowledge this incident or the selected ones",
      run: () => perform("acknowledge", targets()),
    },
    {
      key: "r",
      label: "Resolve this incident or the selected ones",
      run: () => perform("resolve", targets()),
    },
    { key: "n", label: "Write a note for the next action", run: writeNote },
    { label: "Select all shown incidents", run: () => selection.set(numbers) },
    { key: "Escape", label: "Clear the selection", run: selection.clear },
  ];
}

/** Selecting rows of the list and acting on them, with a pointer or with keys. */
export function useTriage(org: string, shown: readonly Incident[], canEdit: boolean) {
  const navigate = useNavigate();
  const selection = useSelection();
  const [note, setNote] = useState("");
  const action = useIncidentAction(org);
  const numbers = shown.map(({ number }) => number);
  const selected = shown.filter(({ number }) => selection.has(number));

  const order = numbers.join(",");
  useEffect(() => {
    rememberOrder(org, order === "" ? [] : order.split(",").map(Number));
  }, [org, order]);

  const currentRow = () => shown.find(({ number }) => number === currentNumber());
  const perform = (kind: Action, targets: readonly Incident[]) => {
    const incidents = targets.filter((incident) => isApplicable(kind, incident));
    if (incidents.length === 0) return;
    action.mutate(
      { incidents, action: kind, note: note.trim() },
      {
        onSuccess: ({ refused }) => {
          selection.set(refused.map(({ number }) => number));
          setNote("");
        },
      },
    );
  };
  const openCurrent = () => {
    const number = currentNumber();
    if (number === undefined) return;
    focusRow(number);
    void navigate({ to: "/o/$org/incidents/$number", params: { org, number: String(number) } });
  };
  useCommands("Incidents", [
    { key: "j", label: "Next incident", run: () => moveFocus(numbers, 1) },
    { key: "k", label: "Previous incident", run: () => moveFocus(numbers, -1) },
    { key: "o", label: "Open this incident (or Enter)", run: openCurrent },
    ...(canEdit ? editingCommands({ currentRow, selection, selected, numbers, perform }) : []),
    { key: "/", label: "Search", run: () => document.getElementById("search")?.focus() },
  ]);

  return {
    clearSelection: selection.clear,
    toggle: canEdit ? selection.toggle : undefined,
    isSelected: selection.has,
    error: action.error,
    refused: action.data?.refused ?? [],
    clearErrors: () => action.reset(),
    bar: {
      selected,
      note,
      isPending: action.isPending,
      onNote: setNote,
      onAction: (kind: Action) => perform(kind, selected),
      onClear: selection.clear,
    },
  };
}
