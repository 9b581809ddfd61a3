import createClient, { type Middleware } from "openapi-fetch";
import { ProblemError, problemOf, unreachable } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const refusals: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    return undefined;
  },
  onError({ error }) {
    if (error instanceof ProblemError || (error instanceof Error && error.name === "AbortError"))
      return error;
    return unreachable();
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  // Looked up per call, so that tests can put their own in place.
  fetch: (request) => globalThis.fetch(request),
});
api.use(refusals);

/** The body of an answer that the middleware let through; refusals were thrown there. */
export async function body<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await call;
  if (data === undefined) throw await problemOf(response);
  return data;
}

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

// 200 items a page: far more than any console can show, and an end to a server that never says "last page".
const page_bound = 100;

/** All pages of a list, in order. */
export async function everyPage<T>(
  fetchPage: (cursor: string | undefined) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < page_bound; page += 1) {
    const answer = await fetchPage(cursor);
    items.push(...answer.items);
    if (answer.next_cursor === null) break;
    cursor = answer.next_cursor;
  }
  return items;
}

export const paging = (cursor: string | undefined, limit = 200) =>
  cursor === undefined ? { limit } : { limit, cursor };
