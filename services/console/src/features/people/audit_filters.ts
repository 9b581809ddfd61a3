import { parseTime } from "../../ui/date_time_field";
import { withoutEmpty } from "../../ui/filter_form";
import type { AuditFilters } from "./people_api";

/** The filters in the address. */
export const search_parameters = ["actor", "action", "subject", "since", "until"] as const;
export type Search = Partial<Record<(typeof search_parameters)[number], string>>;

export const filtersOf = ({ since, until, ...search }: Search): AuditFilters =>
  withoutEmpty({ ...search, since: parseTime(since), until: parseTime(until) }) as AuditFilters;
