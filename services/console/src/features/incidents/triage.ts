import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { type Command, useCommands } from "../../ui/commands";
import { isDoubleTap } from "./action_guard";
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
  resolveOne: (incident: Incident) => void;
}

/** Commands that change the selection or the incidents. */
function editingCommands({
  currentRow,
  selection,
  selected,
  numbers,
  perform,
  resolveOne,
}: RowActions): Command[] {
  const targets = () => {
    const row = currentRow();
    return selected.length > 0 || row === undefined ? selected : [row];
  };
  const resolve = () => {
    const row = currentRow();
    if (selected.length > 0) perform("resolve", selected);
    else if (row) resolveOne(row);
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
      run: resolve,
    },
    { key: "n", label: "Write a note for the next action", run: writeNote },
    { label: "Select all shown incidents", run: () => selection.set(numbers) },
    { key: "Escape", label: "Clear the selection", run: selection.clear },
  ];
}

/** Resolving one incident: its dialog asks for a note first. */
function useResolution(onResolve: (incident: Incident, note: string) => void) {
  const org = useOrg();
  const [incident, setIncident] = useState<Incident>();
  return {
    incident,
    start: (target: Incident) => {
      if (isApplicable("resolve", target) && !isDoubleTap(org.slug, target.number)) setIncident(target);
    },
    finish: (note: string) => {
      setIncident(undefined);
      if (incident) onResolve(incident, note);
    },
    cancel: () => setIncident(undefined),
  };
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
  const perform = (kind: Action, targets: readonly Incident[], text = note) => {
    const incidents = targets.filter(
      (incident) => isApplicable(kind, incident) && !isDoubleTap(org, incident.number),
    );
    if (incidents.length === 0) return;
    action.mutate(
      { incidents, action: kind, note: text.trim() },
      {
        onSuccess: ({ refused }) => {
          selection.set(refused.map(({ number }) => number));
          setNote("");
        },
      },
    );
  };
  const resolution = useResolution((incident, text) => perform("resolve", [incident], text));
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
    ...(canEdit
      ? editingCommands({ currentRow, selection, selected, numbers, perform, resolveOne: resolution.start })
      : []),
    { key: "/", label: "Search", run: () => document.getElementById("search")?.focus() },
  ]);

  return {
    clearSelection: selection.clear,
    toggle: canEdit ? selection.toggle : undefined,
    isSelected: selection.has,
    error: action.error,
    refused: action.data?.refused ?? [],
    clearErrors: () => action.reset(),
    resolution,
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
