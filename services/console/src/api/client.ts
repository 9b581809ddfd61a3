import createClient, { type Middleware } from "openapi-fetch";
import { ProblemError, problemOf, unreachable } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const throwProblems: Middleware = {
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
  // Looked up at each call, so that tests can replace it.
  fetch: (request) => globalThis.fetch(request),
});
api.use(throwProblems);

/** The body of a successful response; the middleware throws on all others. */
export async function body<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await call;
  if (data === undefined) throw await problemOf(response);
  return data;
}

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

// With 200 items a page this is more than the console can show. It bounds the loop if a server returns a cursor forever.
const max_pages = 100;

/** All pages of a list, in order. */
export async function fetchAll<T>(
  fetchPage: (cursor: string | undefined) => Promise<Page<T>>,
  limit = max_pages,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < limit; page += 1) {
    const answer = await fetchPage(cursor);
    items.push(...answer.items);
    if (answer.next_cursor === null) break;
    cursor = answer.next_cursor;
  }
  return items;
}

export const paging = (cursor: string | undefined, limit = 200) =>
  cursor === undefined ? { limit } : { limit, cursor };
