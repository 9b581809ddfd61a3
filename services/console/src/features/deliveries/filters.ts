import type { DeliveryFilters } from "../../api/queries";
import { keysOf, outcome_labels } from "../../api/vocabulary";
import { parseTime } from "../../ui/date_time_field";
import { onlyNamed, withoutEmpty } from "../../ui/filter_form";

/** The filters in the address. */
export const search_parameters = [
  "outcome",
  "resource",
  "integration",
  "project",
  "request_id",
  "since",
  "until",
] as const;
export type Search = Partial<Record<(typeof search_parameters)[number], string>>;

export const filtersOf = (search: Search): DeliveryFilters =>
  withoutEmpty({
    ...onlyNamed(search, search_parameters),
    outcome: keysOf(outcome_labels).find((outcome) => outcome === search.outcome),
    since: parseTime(search.since),
    until: parseTime(search.until),
  }) as DeliveryFilters;
