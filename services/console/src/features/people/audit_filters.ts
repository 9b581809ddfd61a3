import { parseTime } from "../../ui/date_time_field";
import { onlyNamed, withoutEmpty } from "../../ui/filter_form";
import type { AuditFilters } from "./people_api";

/** The filters in the address. */
export const search_parameters = ["actor", "action", "subject", "since", "until"] as const;
export type Search = Partial<Record<(typeof search_parameters)[number], string>>;

export const filtersOf = (search: Search): AuditFilters =>
  withoutEmpty({
    ...onlyNamed(search, search_parameters),
    since: parseTime(search.since),
    until: parseTime(search.until),
  }) as AuditFilters;
