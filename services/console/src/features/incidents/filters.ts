import type { Schemas } from "../../api/client";
import type { IncidentFilters } from "../../api/queries";

export type Status = Schemas["IncidentStatus"];
export type Severity = Schemas["Severity"];

/** The filters as they stand in the address. */
export interface Search {
  status?: string;
  severity?: string;
  service?: string;
  assignee?: string;
  q?: string;
}

export const views = [
  { value: "active", label: "Active" },
  { value: "open", label: "Open" },
  { value: "acknowledged", label: "Acknowledged" },
  { value: "resolved", label: "Resolved" },
  { value: "all", label: "All" },
] as const;

export type View = (typeof views)[number]["value"];

const statuses: Record<View, Status[]> = {
  active: ["open", "acknowledged"],
  open: ["open"],
  acknowledged: ["acknowledged"],
  resolved: ["resolved"],
  all: [],
};

export const severities: readonly Severity[] = ["critical", "error", "warning", "info"];

/** What is not resolved is what an engineer opens the page for. */
export const viewOf = (search: Search): View =>
  views.find(({ value }) => value === search.status)?.value ?? "active";

export const severitiesOf = (search: Search): Severity[] => {
  const wanted = search.severity?.split(",") ?? [];
  return severities.filter((severity) => wanted.includes(severity));
};

export function filtersOf(search: Search): IncidentFilters {
  const status = statuses[viewOf(search)];
  const severity = severitiesOf(search);
  return {
    ...(status.length > 0 ? { status } : {}),
    ...(severity.length > 0 ? { severity } : {}),
    ...(search.service ? { service: [search.service] } : {}),
    ...(search.assignee ? { assignee: search.assignee } : {}),
    ...(search.q ? { q: search.q } : {}),
  };
}

export const isNarrowed = (search: Search) =>
  Boolean(search.severity || search.service || search.assignee || search.q) || viewOf(search) !== "active";
