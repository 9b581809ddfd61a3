import type { Schemas } from "../../api/client";

type Incident = Schemas["Incident"];

export interface Row {
  incident: Incident;
  /** It no longer fits the filters, and keeps its place until the person asks for the new list. */
  left: boolean;
}

export interface Merged {
  rows: Row[];
  /** Those that fit the filters and are not among the rows. */
  fresh: Incident[];
}

/**
 * Brings the rows on the screen up to date with a newer reading of the list, without adding, removing or moving any. The reading goes
 * from the newest incident to `through` at least, as far as it `isComplete`; what is older has not been loaded.
 */
export function merge(
  shown: readonly Incident[],
  polled: readonly Incident[],
  through: number,
  isComplete: boolean,
): Merged {
  const newer = new Map(polled.map((incident) => [incident.number, incident]));
  const known = new Set(shown.map(({ number }) => number));
  const oldest = isComplete ? through : Math.min(...polled.map(({ number }) => number));
  return {
    rows: shown.map((incident) => ({
      incident: newer.get(incident.number) ?? incident,
      left: !newer.has(incident.number) && incident.number >= oldest,
    })),
    fresh: polled.filter(({ number }) => !known.has(number) && number > through),
  };
}
