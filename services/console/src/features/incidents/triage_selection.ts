import { useState } from "react";
import type { Schemas } from "../../api/client";

type Incident = Schemas["Incident"];

/** The selected incidents, also those that are not on the screen, and the row from which Shift selects. */
export function useSelection(shown: readonly Incident[]) {
  const [selected, setSelected] = useState<ReadonlyMap<number, Incident>>(new Map());
  const [anchor, setAnchor] = useState<number>();
  const set = (incidents: readonly Incident[]) =>
    setSelected(new Map(incidents.map((incident) => [incident.number, incident])));
  /** The rows between two incidents, both included. */
  const between = (a: number, b: number) => {
    const indexes = [a, b].map((number) => shown.findIndex((incident) => incident.number === number));
    return indexes.includes(-1) ? [] : shown.slice(Math.min(...indexes), Math.max(...indexes) + 1);
  };
  const current = new Map(shown.map((incident) => [incident.number, incident]));
  return {
    /** In their latest state that is known here. */
    incidents: [...selected.values()].map((incident) => current.get(incident.number) ?? incident),
    has: (number: number) => selected.has(number),
    set,
    clear: () => setSelected(new Map()),
    /** Selects or deselects a row; with `isRange`, all rows from the last one on. */
    toggle(number: number, isRange = false) {
      const range = isRange && anchor !== undefined ? between(anchor, number) : [];
      const incident = current.get(number);
      setAnchor(number);
      setSelected((old) => {
        const next = new Map(old);
        if (range.length > 0) for (const row of range) next.set(row.number, row);
        else if (!next.delete(number) && incident) next.set(number, incident);
        return next;
      });
    },
  };
}
