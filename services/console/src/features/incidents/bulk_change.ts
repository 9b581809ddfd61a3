import { api, body, type Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";

export type BulkItem = Schemas["BulkResult"]["items"][number];

// The server's limit for one request.
const chunk_size = 200;

/** Changes any number of incidents, in chunks. Where a chunk fails, it and the later ones are refused for its reason; if it is the first, throws. */
export async function postBulkChange(
  org: string,
  numbers: readonly number[],
  change: Omit<Schemas["BulkChange"], "numbers">,
): Promise<BulkItem[]> {
  const results: BulkItem[] = [];
  for (let start = 0; start < numbers.length; start += chunk_size) {
    try {
      const { items } = await body(
        api.POST("/api/v1/orgs/{org}/incidents/bulk", {
          params: { path: { org } },
          body: { ...change, numbers: numbers.slice(start, start + chunk_size) },
        }),
      );
      results.push(...items);
    } catch (error) {
      if (start === 0) throw error;
      const { message } = asProblem(error);
      return [
        ...results,
        ...numbers.slice(start).map((number): BulkItem => ({ number, ok: false, detail: message })),
      ];
    }
  }
  return results;
}
