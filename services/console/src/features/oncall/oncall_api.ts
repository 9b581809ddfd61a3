import { queryOptions } from "@tanstack/react-query";
import { api, body, fetchAll, paging, type Schemas } from "../../api/client";
import { liveInterval } from "../../api/event_stream";
import { keys } from "../../api/keys";

export type Alarm = Schemas["Alarm"];
export type Page = Schemas["Page"];
export type Policy = Schemas["Policy"];

/** For content that changes rarely, in milliseconds. */
const slow_interval = 30_000;

export const alarmQuery = (org: string, number: number) =>
  queryOptions({
    queryKey: [...keys.paging(org, number), "alarm"],
    queryFn: ({ signal }) =>
      body(
        api.GET("/api/v1/orgs/{org}/incidents/{number}/alarm", { params: { path: { org, number } }, signal }),
      ),
    refetchInterval: liveInterval,
  });

// Bounds one reading to 1,000 pages of an incident.
const max_page_lists = 5;

/** Newest first. */
export const incidentPagesQuery = (org: string, number: number) =>
  queryOptions({
    queryKey: [...keys.paging(org, number), "pages"],
    queryFn: ({ signal }) =>
      fetchAll(
        (cursor) =>
          body(
            api.GET("/api/v1/orgs/{org}/incidents/{number}/pages", {
              params: { path: { org, number }, query: paging(cursor) },
              signal,
            }),
          ),
        max_page_lists,
      ),
    refetchInterval: liveInterval,
  });

export const policiesQuery = (org: string) =>
  queryOptions({
    queryKey: keys.policies(org),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/policies", {
            params: { path: { org }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
    staleTime: slow_interval,
  });
