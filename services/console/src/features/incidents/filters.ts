import type { Schemas } from "../../api/client";
import type { IncidentFilters } from "../../api/queries";
import {
  type IncidentStatus,
  incident_status_labels,
  incident_statuses,
  type Severity,
  severities,
} from "../../api/vocabulary";

import { my_services } from "./my_services";

type Incident = Schemas["Incident"];

/** The filters in the address. */
export const search_parameters = ["status", "severity", "service", "assignee", "q", "sort"] as const;
export type Search = Partial<Record<(typeof search_parameters)[number], string>>;

interface StatusFilter {
  value: string;
  label: string;
  /** Empty: all. */
  statuses: readonly IncidentStatus[];
}

/** The default: what an engineer opens the page for. */
const active: StatusFilter = {
  value: "active",
  label: "Active",
  statuses: incident_statuses.filter((status) => status !== "resolved"),
};

export const status_filters: readonly StatusFilter[] = [
  active,
  ...incident_statuses.map((status) => ({
    value: status,
    label: incident_status_labels[status],
    statuses: [status],
  })),
  { value: "all", label: "All", statuses: [] },
];

export const statusFilterOf = (search: Search): StatusFilter =>
  status_filters.find(({ value }) => value === search.status) ?? active;

/** What the address holds for a chosen filter: nothing for the default. */
export const statusParameter = (value: string) => (value === active.value ? "" : value);

export const severitiesOf = (search: Search): Severity[] => {
  const chosen = search.severity?.split(",") ?? [];
  return severities.filter((severity) => chosen.includes(severity));
};

/** `mine`: the services of which the user is an owner. Without any, nothing matches. */
const servicesOf = (service: string, mine: readonly string[]) =>
  service !== my_services ? [service] : mine.length > 0 ? [...mine] : [my_services];

export function filtersOf(search: Search, mine: readonly string[] = []): IncidentFilters {
  const { statuses } = statusFilterOf(search);
  const severity = severitiesOf(search);
  return {
    ...(statuses.length > 0 ? { status: [...statuses] } : {}),
    ...(severity.length > 0 ? { severity } : {}),
    ...(search.service ? { service: servicesOf(search.service, mine) } : {}),
    ...(search.assignee ? { assignee: search.assignee } : {}),
    ...(search.q ? { q: search.q } : {}),
  };
}

export const isFiltered = (search: Search) =>
  Boolean(search.severity || search.service || search.assignee || search.q) ||
  statusFilterOf(search) !== active;

export const sort_labels = {
  severity: "Severity, then newest",
  newest: "Newest",
  last_seen: "Last seen",
  occurrences: "Most events",
} as const;
export type Sort = keyof typeof sort_labels;

const default_sort = (search: Search): Sort => (statusFilterOf(search) === active ? "severity" : "newest");

const isSort = (text: string | undefined): text is Sort => Object.hasOwn(sort_labels, text ?? "");

export const sortOf = (search: Search): Sort => (isSort(search.sort) ? search.sort : default_sort(search));

/** What the address holds for a chosen order: nothing for the default. */
export const sortParameter = (search: Search, sort: Sort) => (sort === default_sort(search) ? "" : sort);

const compare: Record<Sort, (a: Incident, b: Incident) => number> = {
  severity: (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
  newest: () => 0,
  last_seen: (a, b) => Date.parse(b.last_seen_at) - Date.parse(a.last_seen_at),
  occurrences: (a, b) => b.occurrences - a.occurrences,
};

/** Equal ones: the newest first. */
export const sortIncidents = (incidents: readonly Incident[], sort: Sort) =>
  [...incidents].sort((a, b) => compare[sort](a, b) || b.number - a.number);
