import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { type Command, useCommands } from "../../ui/commands";
import { type Action, changes, useAct } from "./actions";
import { currentNumber, focusRow, rememberOrder, step } from "./list_position";

type Incident = Schemas["Incident"];

/** Selecting and acting on the rows of the list, with and without a pointer. */
export function useTriage(org: string, shown: readonly Incident[], may: boolean) {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [note, setNote] = useState("");
  const work = useAct(org);
  const numbers = shown.map(({ number }) => number);
  const selected = shown.filter(({ number }) => chosen.has(number));

  const order = numbers.join(",");
  useEffect(() => {
    rememberOrder(org, order === "" ? [] : order.split(",").map(Number));
  }, [org, order]);

  const clear = () => setChosen(new Set());
  const select = (number: number) =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(number)) next.add(number);
      return next;
    });
  const perform = (action: Action, on: readonly Incident[]) => {
    const incidents = on.filter((incident) => changes(action, incident));
    if (incidents.length === 0) return;
    work.mutate(
      { incidents, action, note: note.trim() },
      {
        onSuccess: ({ refused }) => {
          setChosen(new Set(refused.map(({ number }) => number)));
          setNote("");
        },
      },
    );
  };
  const current = () => shown.filter(({ number }) => number === currentNumber());
  const targets = () => (selected.length > 0 ? selected : current());
  const selectCurrent = () => {
    const [row] = current();
    if (row) select(row.number);
    else step(numbers, 1);
  };
  const writeNote = () => {
    const [row] = current();
    if (selected.length === 0 && row) select(row.number);
    // The field is there once something is selected.
    requestAnimationFrame(() => document.getElementById("bulk-note")?.focus());
  };

  const acting: Command[] = may
    ? [
        { key: "x", label: "Select this incident, or not", run: selectCurrent },
        {
          key: "a",
          label: "Acknowledge it, or all that are selected",
          run: () => perform("acknowledge", targets()),
        },
        { key: "r", label: "Resolve it, or all that are selected", run: () => perform("resolve", targets()) },
        { key: "n", label: "Write a note for what comes next", run: writeNote },
        { label: "Select all that are shown", run: () => setChosen(new Set(numbers)) },
        { key: "Escape", label: "Select none", run: clear },
      ]
    : [];
  useCommands("Incidents", [
    { key: "j", label: "Next incident", run: () => step(numbers, 1) },
    { key: "k", label: "Previous incident", run: () => step(numbers, -1) },
    {
      key: "o",
      label: "Open this incident (also Enter)",
      run: () => {
        const number = currentNumber();
        if (number !== undefined) {
          focusRow(number);
          void navigate({ to: "/o/$org/incidents/$number", params: { org, number: String(number) } });
        }
      },
    },
    ...acting,
    { key: "/", label: "Search", run: () => document.getElementById("search")?.focus() },
  ]);

  return {
    clear,
    select: may ? select : undefined,
    isSelected: (number: number) => chosen.has(number),
    error: work.error,
    refused: work.data?.refused ?? [],
    forget: () => work.reset(),
    bar: {
      selected,
      note,
      setNote,
      busy: work.isPending,
      act: (action: Action) => perform(action, selected),
      clear,
    },
  };
}
