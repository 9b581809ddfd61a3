import type { Schemas } from "../../api/client";

type Incident = Schemas["Incident"];

export interface Row {
  incident: Incident;
  /** It no longer fits the filters, and keeps its place until the person asks for the new list. */
  left: boolean;
}

export interface Merged {
  rows: Row[];
  /** How many fit the filters and are not among the rows. */
  fresh: number;
}

/**
 * Brings the rows on the screen up to date with a newer reading of the head of the list, without adding, removing
 * or moving any. `complete` says that the reading is the whole list.
 */
export function merge(shown: readonly Incident[], polled: readonly Incident[], complete: boolean): Merged {
  const newer = new Map(polled.map((incident) => [incident.number, incident]));
  const known = new Set(shown.map(({ number }) => number));
  const oldest = complete ? 0 : Math.min(...polled.map(({ number }) => number));
  return {
    rows: shown.map((incident) => ({
      incident: newer.get(incident.number) ?? incident,
      left: !newer.has(incident.number) && incident.number >= oldest,
    })),
    fresh: polled.filter(({ number }) => !known.has(number)).length,
  };
}
