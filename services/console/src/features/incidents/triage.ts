import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { type Command, useCommands } from "../../ui/commands";
import { isDoubleTap } from "./action_guard";
import { type Action, isApplicable, useBulkAssign, useIncidentAction } from "./actions";
import { currentNumber, focusRow, moveFocus, rememberOrder } from "./list_position";
import { useSelection } from "./triage_selection";

type Incident = Schemas["Incident"];
type Selection = ReturnType<typeof useSelection>;

interface RowActions {
  currentRow: () => Incident | undefined;
  selection: Selection;
  shown: readonly Incident[];
  perform: (action: Action, incidents: readonly Incident[]) => void;
  resolveOne: (incident: Incident) => void;
  startAssigning: () => void;
}

/** Commands that change the selection or the incidents. */
function editingCommands(actions: RowActions): Command[] {
  const { currentRow, selection, shown, perform, resolveOne, startAssigning } = actions;
  const selected = selection.incidents;
  const targets = () => {
    const row = currentRow();
    return selected.length > 0 || row === undefined ? selected : [row];
  };
  const resolve = () => {
    const row = currentRow();
    if (selected.length > 0) perform("resolve", selected);
    else if (row) resolveOne(row);
  };
  const toggleCurrent = (isRange: boolean) => {
    const row = currentRow();
    if (row) selection.toggle(row.number, isRange);
    else
      moveFocus(
        shown.map(({ number }) => number),
        1,
      );
  };
  const selectCurrent = () => {
    const row = currentRow();
    if (selected.length === 0 && row) selection.toggle(row.number);
  };
  const writeNote = () => {
    selectCurrent();
    // The field exists only while rows are selected.
    requestAnimationFrame(() => document.getElementById("bulk-note")?.focus());
  };
  const assign = () => {
    selectCurrent();
    startAssigning();
  };
  return [
    { key: "x", label: "Select or deselect this incident", run: () => toggleCurrent(false) },
    { key: "X", label: "Extend the selection to this incident", run: () => toggleCurrent(true) },
    {
      key: "a",
      label: "Acknowledge this incident or the selected ones",
      run: () => perform("acknowledge", targets()),
    },
    { key: "r", label: "Resolve this incident or the selected ones", run: resolve },
    { key: "m", label: "Assign this incident or the selected ones", run: assign },
    { key: "n", label: "Write a note for the next action", run: writeNote },
    { label: "Select all shown incidents", run: () => selection.set(shown) },
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

/** Changing the selected incidents. Those that were refused stay selected. */
function useBulkActions(org: string, selection: Selection) {
  const [note, setNote] = useState("");
  const action = useIncidentAction(org);
  const assignment = useBulkAssign(org);
  const onSuccess = ({ unchanged }: { unchanged: readonly Incident[] }) => {
    selection.set(unchanged);
    setNote("");
  };
  const perform = (kind: Action, targets: readonly Incident[], text = note) => {
    const incidents = targets.filter(
      (incident) => isApplicable(kind, incident) && !isDoubleTap(org, incident.number),
    );
    if (incidents.length === 0) return;
    assignment.reset();
    action.mutate({ incidents, action: kind, note: text.trim() }, { onSuccess });
  };
  const assign = (assignee: string | null) => {
    action.reset();
    assignment.mutate({ incidents: selection.incidents, assignee, note: note.trim() }, { onSuccess });
  };
  return {
    note,
    setNote,
    perform,
    assign,
    isPending: action.isPending || assignment.isPending,
    error: action.error ?? assignment.error,
    refused: action.data?.refused ?? assignment.data?.refused ?? [],
    retry: () => {
      if (action.isError) action.mutate(action.variables, { onSuccess });
      if (assignment.isError) assignment.mutate(assignment.variables, { onSuccess });
    },
    clearErrors: () => {
      action.reset();
      assignment.reset();
    },
  };
}

/** Selecting rows of the list and acting on them, with a pointer or with keys. */
export function useTriage(org: string, shown: readonly Incident[], canEdit: boolean) {
  const navigate = useNavigate();
  const selection = useSelection(shown);
  const [isAssigning, setAssigning] = useState(false);
  const { perform, ...bulk } = useBulkActions(org, selection);
  const resolution = useResolution((incident, text) => perform("resolve", [incident], text));
  const numbers = shown.map(({ number }) => number);

  const order = numbers.join(",");
  useEffect(() => {
    rememberOrder(org, order === "" ? [] : order.split(",").map(Number));
  }, [org, order]);

  const currentRow = () => shown.find(({ number }) => number === currentNumber());
  const openCurrent = () => {
    const number = currentNumber();
    if (number === undefined) return;
    focusRow(number);
    void navigate({ to: "/o/$org/incidents/$number", params: { org, number: String(number) } });
  };
  const startAssigning = () => setAssigning(true);
  const editing = { currentRow, selection, shown, perform, resolveOne: resolution.start, startAssigning };
  useCommands("Incidents", [
    { key: "j", label: "Next incident", run: () => moveFocus(numbers, 1) },
    { key: "k", label: "Previous incident", run: () => moveFocus(numbers, -1) },
    { key: "o", label: "Open this incident (or Enter)", run: openCurrent },
    ...(canEdit ? editingCommands(editing) : []),
    { key: "/", label: "Search", run: () => document.getElementById("search")?.focus() },
  ]);
  return {
    selection,
    canEdit,
    bulk,
    resolution,
    act: (kind: Action) => perform(kind, selection.incidents),
    isAssigning: isAssigning && selection.incidents.length > 0,
    startAssigning,
    stopAssigning: () => setAssigning(false),
  };
}
