import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body, fetchAll, paging } from "./client";
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
    queryFn: ({ pageParam, signal }) => fetchIncidents(org, filters, 50, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

/** The start of the same list, refetched periodically. */
export const incidentPoll = (org: string, filters: IncidentFilters, limit: number) =>
  queryOptions({
    queryKey: [...keys.incidentPoll(org), filters, limit] as const,
    queryFn: ({ signal }) => fetchIncidents(org, filters, limit, undefined, signal),
    refetchInterval: liveInterval,
    gcTime: 0,
    // When the list grows, so does the page that is polled; the previous, smaller page is used until it arrives.
    placeholderData: (previous, query) =>
      JSON.stringify(query?.queryKey[4]) === JSON.stringify(filters) ? previous : undefined,
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

export const timelineQuery = (org: string, number: number) =>
  queryOptions({
    queryKey: keys.timeline(org, number),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/incidents/{number}/timeline", {
            params: { path: { org, number }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
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
