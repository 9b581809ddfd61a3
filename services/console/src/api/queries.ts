import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body, fetchAll, paging, type Schemas } from "./client";
import { liveInterval } from "./event_stream";
import { keys } from "./keys";
import type { paths } from "./schema";

/** For content that changes rarely, in milliseconds. */
const slow_interval = 30_000;

export type IncidentFilters = Omit<
  NonNullable<paths["/api/v1/orgs/{org}/incidents"]["get"]["parameters"]["query"]>,
  "limit" | "cursor"
>;
export type DeliveryFilters = Omit<
  NonNullable<paths["/api/v1/orgs/{org}/deliveries"]["get"]["parameters"]["query"]>,
  "limit" | "cursor"
>;

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => body(api.GET("/api/v1/session", { signal })),
  staleTime: 60_000,
});

export const servicesQuery = (org: string) =>
  queryOptions({
    queryKey: keys.services(org),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/services", {
            params: { path: { org }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
    staleTime: slow_interval,
    refetchInterval: slow_interval,
  });

export const serviceQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: keys.service(org, id),
    queryFn: ({ signal }) =>
      body(api.GET("/api/v1/orgs/{org}/services/{id}", { params: { path: { org, id } }, signal })),
    refetchInterval: slow_interval,
  });

export const membersQuery = (org: string) =>
  queryOptions({
    queryKey: keys.members(org),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/members", {
            params: { path: { org }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
  });

export const integrationsQuery = (org: string) =>
  queryOptions({
    queryKey: keys.integrations(org),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/integrations", {
            params: { path: { org }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
    refetchInterval: slow_interval,
  });

export const integrationQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: keys.integration(org, id),
    queryFn: ({ signal }) =>
      body(api.GET("/api/v1/orgs/{org}/integrations/{id}", { params: { path: { org, id } }, signal })),
    refetchInterval: liveInterval,
  });

/** The values to enter in Sentry. They change only with the deployment. */
export const setupQuery = (org: string) =>
  queryOptions({
    queryKey: keys.setup(org),
    queryFn: ({ signal }) =>
      body(api.GET("/api/v1/orgs/{org}/integrations/setup", { params: { path: { org } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Not refetched periodically, because each read calls Sentry. */
export const projectsQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: keys.projects(org, id),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/integrations/{id}/projects", {
            params: { path: { org, id }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
    staleTime: slow_interval,
  });

/** Read from the database, without calling Sentry. */
export const mappingsQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: keys.mappings(org, id),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/integrations/{id}/mappings", {
            params: { path: { org, id }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
    refetchInterval: slow_interval,
  });

export const attemptsQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: keys.attempts(org, id),
    queryFn: ({ signal }) =>
      body(
        api.GET("/api/v1/orgs/{org}/integrations/{id}/attempts", {
          params: { path: { org, id }, query: { limit: 20 } },
          signal,
        }),
      ),
    refetchInterval: liveInterval,
  });

export const unmappedQuery = (org: string) =>
  queryOptions({
    queryKey: keys.unmapped(org),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/unmapped", {
            params: { path: { org }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
    refetchInterval: slow_interval,
  });

const fetchIncidents = (
  org: string,
  filters: IncidentFilters,
  limit: number,
  cursor: string | undefined,
  signal: AbortSignal,
) =>
  body(
    api.GET("/api/v1/orgs/{org}/incidents", {
      params: { path: { org }, query: { ...filters, ...paging(cursor, limit) } },
      signal,
    }),
  );

/** The rows of the list: fetched when it opens and on request only, so that no row moves by itself. */
export const incidentPages = (org: string, filters: IncidentFilters) =>
  infiniteQueryOptions({
    queryKey: [...keys.incidentPages(org), filters],
    queryFn: ({ pageParam, signal }) => fetchIncidents(org, filters, 100, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

/** A reading of the list from its start on. */
export interface IncidentReading {
  items: Schemas["Incident"][];
  pages: Schemas["IncidentList"][];
  /** Whether all rows on the screen, and all newer ones, are in it. */
  isComplete: boolean;
}

// Bounds one reading to 5,000 rows.
const max_reading_pages = 25;

/** The same list from its start to the incident `through`, refetched periodically. `count`: how many rows are on the screen. */
export const incidentPoll = (org: string, filters: IncidentFilters, through: number, count: number) =>
  queryOptions({
    queryKey: [...keys.incidentPoll(org), filters, through] as const,
    queryFn: async ({ signal }): Promise<IncidentReading> => {
      const pages: Schemas["IncidentList"][] = [];
      let isComplete = false;
      for (let n = 0; n < max_reading_pages && !isComplete; n += 1) {
        const limit = n === 0 ? Math.min(200, Math.max(50, count)) : 200;
        const page = await fetchIncidents(
          org,
          filters,
          limit,
          pages.at(-1)?.next_cursor ?? undefined,
          signal,
        );
        pages.push(page);
        const last = page.items.at(-1)?.number ?? 0;
        isComplete = page.next_cursor === null || last <= through;
      }
      return { items: pages.flatMap(({ items }) => items), pages, isComplete };
    },
    refetchInterval: liveInterval,
    gcTime: 0,
    // When the list grows, so does the part that is read; the previous reading is used until it arrives.
    placeholderData: (previous, query) =>
      JSON.stringify(query?.queryKey[4]) === JSON.stringify(filters) ? previous : undefined,
  });

/** The newest incidents whose text contains these words. */
export const incidentSearchQuery = (org: string, q: string, limit: number) =>
  queryOptions({
    queryKey: [...keys.incidents(org), "search", q, limit],
    queryFn: ({ signal }) => fetchIncidents(org, { q }, limit, undefined, signal),
    staleTime: slow_interval,
  });

/** The newest incidents of a service, whatever their status. */
export const incidentsOfServiceQuery = (org: string, service: string, limit: number) =>
  queryOptions({
    queryKey: [...keys.incidents(org), "of service", service, limit],
    queryFn: ({ signal }) => fetchIncidents(org, { service: [service] }, limit, undefined, signal),
    refetchInterval: slow_interval,
  });

/** All incidents that match, newest first; at most `max_reading_pages` pages. */
export const matchingIncidents = (org: string, filters: IncidentFilters) =>
  queryOptions({
    queryKey: [...keys.incidents(org), "matching", filters],
    queryFn: ({ signal }) =>
      fetchAll((cursor) => fetchIncidents(org, filters, 200, cursor, signal), max_reading_pages),
    gcTime: 0,
    staleTime: 0,
  });

export const incidentQuery = (org: string, number: number) =>
  queryOptions({
    queryKey: keys.incident(org, number),
    queryFn: ({ signal }) =>
      body(api.GET("/api/v1/orgs/{org}/incidents/{number}", { params: { path: { org, number } }, signal })),
    refetchInterval: liveInterval,
  });

const day = 24 * 60 * 60 * 1_000;

/** The last days including today. Days begin at midnight UTC. */
export const summaryQuery = (org: string, days: number) =>
  queryOptions({
    queryKey: [...keys.incidents(org), "summary", days],
    queryFn: ({ signal }) => {
      const today = Math.floor(Date.now() / day) * day;
      const since = new Date(today - (days - 1) * day).toISOString();
      return body(
        api.GET("/api/v1/orgs/{org}/incidents/summary", {
          params: { path: { org }, query: { since } },
          signal,
        }),
      );
    },
    staleTime: slow_interval,
  });

interface TimelineReading {
  /** All pages but the last one, which do not change any more. */
  earlier: Schemas["TimelineEntry"][];
  latest: Schemas["TimelineEntry"][];
  /** Where the last page begins. */
  cursor: string | undefined;
}

const entriesOf = ({ earlier, latest }: TimelineReading) => [...earlier, ...latest];

/** The timeline only grows, so only its last page is read again. */
export const timelineQuery = (org: string, number: number) =>
  queryOptions({
    queryKey: keys.timeline(org, number),
    queryFn: async ({ signal, client }): Promise<TimelineReading> => {
      const before = client.getQueryData<TimelineReading>(keys.timeline(org, number));
      let { earlier, cursor } = before ?? { earlier: [], cursor: undefined };
      for (;;) {
        const { items, next_cursor } = await body(
          api.GET("/api/v1/orgs/{org}/incidents/{number}/timeline", {
            params: { path: { org, number }, query: paging(cursor) },
            signal,
          }),
        );
        if (next_cursor === null || next_cursor === cursor) return { earlier, latest: items, cursor };
        earlier = [...earlier, ...items];
        cursor = next_cursor;
      }
    },
    select: entriesOf,
    refetchInterval: liveInterval,
  });

export const deliveryPages = (org: string, filters: DeliveryFilters) =>
  infiniteQueryOptions({
    queryKey: [...keys.deliveries(org), filters],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET("/api/v1/orgs/{org}/deliveries", {
          params: { path: { org }, query: { ...filters, ...paging(pageParam, 50) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const deliveryQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: keys.delivery(org, id),
    queryFn: ({ signal }) =>
      body(api.GET("/api/v1/orgs/{org}/deliveries/{id}", { params: { path: { org, id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The newest calls that needed an approval. Those that wait are among them, since they expire after a day. */
export const approvalsQuery = (org: string) =>
  queryOptions({
    queryKey: keys.approvals(org),
    queryFn: async ({ signal }) => {
      const page = await body(
        api.GET("/api/v1/orgs/{org}/approvals", {
          params: { path: { org }, query: paging(undefined) },
          signal,
        }),
      );
      return page.items;
    },
    refetchInterval: 30_000,
  });

/** Whether an admin can still decide. */
export const isWaiting = ({ state, expires_at }: Schemas["Approval"], now: number) =>
  state === "asked" && Date.parse(expires_at) > now;
