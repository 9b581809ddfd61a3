import type { QueryClient } from "@tanstack/react-query";
import { incidentQuery, sessionQuery, timelineQuery } from "../api/queries";
import { chunkLoader } from "./chunks";

export const loadIncidentPage = chunkLoader(() => import("./incident_page"));

/**
 * Starts to load an incident and its page while the session is still being read, because on a slow network each request that waits
 * for another one costs half a second. Without a session they are refused.
 */
export function requestEarly(queries: QueryClient, pathname: string) {
  const [, org, number] = /^\/o\/([^/]+)\/incidents\/(\d+)$/.exec(pathname) ?? [];
  const isStarting = queries.getQueryData(sessionQuery.queryKey) === undefined;
  if (!isStarting || org === undefined || number === undefined) return;
  // Without a session, the request for the session decides what happens.
  const meta = { signsIn: true };
  void loadIncidentPage().catch(() => {});
  void queries.prefetchQuery({ ...incidentQuery(org, Number(number)), meta });
  void queries.prefetchQuery({ ...timelineQuery(org, Number(number)), meta });
}
