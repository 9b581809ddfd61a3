import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { asProblem } from "../../api/problem";
import { tellDone } from "../../ui/undo";

type Incident = Schemas["Incident"];
type Page = Schemas["IncidentList"];
type Item = Schemas["BulkResult"]["items"][number];
export type Action = "acknowledge" | "resolve" | "reopen";
/** What undoing does, too. */
type Change = Action | "unacknowledge";

const becomes: Record<Change, Incident["status"]> = {
  acknowledge: "acknowledged",
  unacknowledge: "open",
  resolve: "resolved",
  reopen: "open",
};
const past: Record<Action, string> = {
  acknowledge: "Acknowledged",
  resolve: "Resolved",
  reopen: "Reopened",
};

/** Whether the action would change something, as far as is known here; the server decides. */
export const changes = (action: Action, { status }: Incident) =>
  action === "acknowledge" ? status === "open" : (action === "resolve") === (status !== "resolved");

export const named = (incidents: readonly { number: number }[]) =>
  incidents.length <= 3
    ? incidents.map(({ number }) => `#${number}`).join(", ")
    : `${incidents.length} incidents`;

/** Puts statuses on the screens at once, wherever the incidents are shown. */
function paint(queries: QueryClient, org: string, incidents: readonly Incident[]) {
  const newer = new Map(incidents.map((incident) => [incident.number, incident]));
  const repaint = (page: Page): Page => ({
    ...page,
    items: page.items.map((old) => newer.get(old.number) ?? old),
  });
  queries.setQueriesData<Page>(
    { queryKey: [...keys.incidents(org), "poll"] },
    (page) => page && repaint(page),
  );
  queries.setQueriesData<InfiniteData<Page>>(
    { queryKey: [...keys.incidents(org), "shown"] },
    (data) => data && { ...data, pages: data.pages.map(repaint) },
  );
  for (const incident of incidents)
    queries.setQueryData<Incident>(keys.incident(org, incident.number), (old) => old && incident);
}

async function one(org: string, number: number, action: Change, note: string): Promise<Incident> {
  const init = { params: { path: { org, number } }, body: note ? { note } : {} };
  if (action === "acknowledge")
    return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/acknowledge", init));
  if (action === "unacknowledge")
    return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/unacknowledge", init));
  if (action === "resolve") return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/resolve", init));
  return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/reopen", init));
}

async function many(org: string, incidents: readonly Incident[], action: Change, note: string) {
  const numbers = incidents.map(({ number }) => number);
  const { items } = await body(
    api.POST("/api/v1/orgs/{org}/incidents/bulk", {
      params: { path: { org } },
      body: { numbers, action, ...(note ? { note } : {}) },
    }),
  );
  return items;
}

export interface Acted {
  done: Incident[];
  refused: Item[];
}

/** Shows the new status at once, and puts the old one back where the server refuses. */
async function act(
  queries: QueryClient,
  org: string,
  incidents: readonly Incident[],
  action: Change,
  note = "",
): Promise<Acted> {
  await queries.cancelQueries({ queryKey: [...keys.incidents(org), "poll"] });
  for (const { number } of incidents)
    await queries.cancelQueries({ queryKey: keys.incident(org, number), exact: true });
  paint(
    queries,
    org,
    incidents.map((incident) => ({ ...incident, status: becomes[action] })),
  );
  try {
    const [only, ...others] = incidents;
    if (only && others.length === 0) {
      paint(queries, org, [await one(org, only.number, action, note)]);
      return { done: [only], refused: [] };
    }
    const items = await many(org, incidents, action, note);
    const refused = items.filter(({ ok }) => !ok);
    const back = incidents.filter(({ number }) => refused.some((item) => item.number === number));
    paint(queries, org, back);
    return { done: incidents.filter((incident) => !back.includes(incident)), refused };
  } catch (error) {
    paint(queries, org, incidents);
    throw error;
  } finally {
    void queries.invalidateQueries({ queryKey: [...keys.incidents(org), "poll"] });
    for (const { number } of incidents)
      void queries.invalidateQueries({ queryKey: keys.incident(org, number) });
  }
}

const back: Record<Action, Change> = {
  acknowledge: "unacknowledge",
  resolve: "reopen",
  reopen: "resolve",
};

/** What puts a change back: a resolved one is reopened, and acknowledged if it was. */
function undoOf(queries: QueryClient, org: string, action: Action, before: readonly Incident[]) {
  const acknowledged = before.filter(({ status }) => status === "acknowledged");
  const run = async () => {
    try {
      await act(
        queries,
        org,
        before.map((incident) => ({ ...incident, status: becomes[action] })),
        back[action],
      );
      if (acknowledged.length > 0)
        await act(
          queries,
          org,
          acknowledged.map((incident) => ({ ...incident, status: "open" as const })),
          "acknowledge",
        );
    } catch (error) {
      tellDone({ text: `Not put back: ${asProblem(error).message}` });
    }
  };
  const label = acknowledged.length > 0 ? "Undo: reopen and acknowledge" : `Undo: ${back[action]}`;
  return { label, run: () => void run() };
}

interface ActInput {
  incidents: readonly Incident[];
  action: Action;
  note?: string;
}

export function useAct(org: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ incidents, action, note }: ActInput) => act(queries, org, incidents, action, note),
    onSuccess: ({ done }, { action }) => {
      if (done.length === 0) return;
      const undo = undoOf(queries, org, action, done);
      tellDone({ text: `${past[action]} ${named(done)}.`, undo });
    },
  });
}

/** Severity, title or service. */
export function useChangeIncident(org: string, number: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Schemas["IncidentPatch"]) =>
      body(
        api.PATCH("/api/v1/orgs/{org}/incidents/{number}", {
          params: { path: { org, number } },
          body: change,
        }),
      ),
    onSuccess: (incident) => paint(queries, org, [incident]),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.incident(org, number) }),
  });
}

export function useAssign(org: string, number: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (assignee: string | null) =>
      body(
        api.POST("/api/v1/orgs/{org}/incidents/{number}/assign", {
          params: { path: { org, number } },
          body: { assignee },
        }),
      ),
    onSuccess: (incident) => paint(queries, org, [incident]),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.incident(org, number) }),
  });
}

export function useAddNote(org: string, number: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (text: string) =>
      body(
        api.POST("/api/v1/orgs/{org}/incidents/{number}/notes", {
          params: { path: { org, number } },
          body: { text },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.timeline(org, number) }),
  });
}
