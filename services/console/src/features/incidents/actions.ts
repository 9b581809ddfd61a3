import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { asProblem } from "../../api/problem";
import { showAction } from "../../ui/action_bar";
import { forgetAction, rememberAction } from "./action_guard";
import { type BulkItem, postBulkChange } from "./bulk_change";

type Incident = Schemas["Incident"];
type Page = Schemas["IncidentList"];

export const action_labels = {
  acknowledge: "Acknowledge",
  resolve: "Resolve",
  reopen: "Reopen",
} as const;
export type Action = keyof typeof action_labels;

/** Also what Undo sends. */
type StatusChange = Action | "unacknowledge";

const resulting_status: Record<StatusChange, Incident["status"]> = {
  acknowledge: "acknowledged",
  unacknowledge: "open",
  resolve: "resolved",
  reopen: "open",
};
const past_tense: Record<Action, string> = {
  acknowledge: "Acknowledged",
  resolve: "Resolved",
  reopen: "Reopened",
};
const inverse: Record<Action, StatusChange> = {
  acknowledge: "unacknowledge",
  resolve: "reopen",
  reopen: "resolve",
};

/** Whether the action changes the incident, by its status known here; the server decides. */
export const isApplicable = (action: Action, { status }: Incident) =>
  action === "acknowledge" ? status === "open" : (action === "resolve") === (status !== "resolved");

/** "#1, #2", or "5 incidents". */
const describe = (incidents: readonly Incident[]) =>
  incidents.length <= 3
    ? incidents.map(({ number }) => `#${number}`).join(", ")
    : `${incidents.length} incidents`;

/** Writes incidents into all queries that show them. */
function updateCaches(queries: QueryClient, org: string, incidents: readonly Incident[]) {
  const updated = new Map(incidents.map((incident) => [incident.number, incident]));
  const updatePage = (page: Page): Page => ({
    ...page,
    items: page.items.map((old) => updated.get(old.number) ?? old),
  });
  queries.setQueriesData<Page>({ queryKey: keys.incidentPoll(org) }, (page) => page && updatePage(page));
  queries.setQueriesData<InfiniteData<Page>>(
    { queryKey: keys.incidentPages(org) },
    (data) => data && { ...data, pages: data.pages.map(updatePage) },
  );
  for (const incident of incidents)
    queries.setQueryData<Incident>(keys.incident(org, incident.number), (old) => old && incident);
}

async function postChange(
  org: string,
  number: number,
  change: StatusChange,
  note: string,
): Promise<Incident> {
  const init = { params: { path: { org, number } }, body: note ? { note } : {} };
  if (change === "acknowledge")
    return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/acknowledge", init));
  if (change === "unacknowledge")
    return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/unacknowledge", init));
  if (change === "resolve") return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/resolve", init));
  return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/reopen", init));
}

interface ChangeResult {
  changed: Incident[];
  unchanged: Incident[];
  refused: BulkItem[];
}

function partition(incidents: readonly Incident[], results: readonly BulkItem[]): ChangeResult {
  const refused = results.filter(({ ok }) => !ok);
  const numbers = new Set(refused.map(({ number }) => number));
  return {
    changed: incidents.filter(({ number }) => !numbers.has(number)),
    unchanged: incidents.filter(({ number }) => numbers.has(number)),
    refused,
  };
}

/** Shows the new status immediately, and restores the old one where the server refuses. */
async function changeStatus(
  queries: QueryClient,
  org: string,
  incidents: readonly Incident[],
  change: StatusChange,
  note = "",
): Promise<ChangeResult> {
  const numbers = incidents.map(({ number }) => number);
  rememberAction(org, numbers);
  await queries.cancelQueries({ queryKey: keys.incidentPoll(org) });
  await queries.cancelQueries({
    queryKey: keys.singleIncidents(org),
    predicate: ({ queryKey: [, , , number, ...part] }) =>
      part.length === 0 && incidents.some((incident) => incident.number === number),
  });
  updateCaches(
    queries,
    org,
    incidents.map((incident) => ({ ...incident, status: resulting_status[change] })),
  );
  const restore = (unchanged: readonly Incident[]) => {
    updateCaches(queries, org, unchanged);
    forgetAction(
      org,
      unchanged.map(({ number }) => number),
    );
  };
  try {
    const [first, ...others] = incidents;
    if (first && others.length === 0) {
      updateCaches(queries, org, [await postChange(org, first.number, change, note)]);
      return { changed: [first], unchanged: [], refused: [] };
    }
    const results = await postBulkChange(org, numbers, { action: change, ...(note ? { note } : {}) });
    const result = partition(incidents, results);
    restore(result.unchanged);
    return result;
  } catch (error) {
    restore(incidents);
    throw error;
  } finally {
    void queries.invalidateQueries({ queryKey: keys.incidentPoll(org) });
    void queries.invalidateQueries({
      queryKey: keys.singleIncidents(org),
      predicate: ({ queryKey }) => incidents.some(({ number }) => number === queryKey[3]),
    });
  }
}

/** Acknowledging may have assigned incidents without an assignee. */
async function restoreUnassigned(queries: QueryClient, org: string, before: readonly Incident[]) {
  const numbers = before.filter(({ assignee }) => assignee === null).map(({ number }) => number);
  if (numbers.length === 0) return;
  await postBulkChange(org, numbers, { action: "assign", assignee: null });
  void queries.invalidateQueries({ queryKey: keys.incidentPoll(org) });
  void queries.invalidateQueries({ queryKey: keys.singleIncidents(org) });
}

/** Undoes an action. An incident that was acknowledged before it was resolved is acknowledged again. */
async function undo(queries: QueryClient, org: string, action: Action, before: readonly Incident[]) {
  const withStatus = (incidents: readonly Incident[], status: Incident["status"]) =>
    incidents.map((incident) => ({ ...incident, status }));
  const acknowledged = before.filter(({ status }) => status === "acknowledged");
  try {
    await changeStatus(queries, org, withStatus(before, resulting_status[action]), inverse[action]);
    if (action === "acknowledge") await restoreUnassigned(queries, org, before);
    if (acknowledged.length > 0)
      await changeStatus(queries, org, withStatus(acknowledged, "open"), "acknowledge");
  } catch (error) {
    showAction({ text: `Undo failed: ${asProblem(error).message}` });
  }
}

interface ActionInput {
  incidents: readonly Incident[];
  action: Action;
  note?: string;
}

export function useIncidentAction(org: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ incidents, action, note }: ActionInput) =>
      changeStatus(queries, org, incidents, action, note),
    onSuccess: ({ changed }, { action }) => {
      if (changed.length > 0)
        showAction({
          text: `${past_tense[action]} ${describe(changed)}.`,
          undo: () => void undo(queries, org, action, changed),
        });
    },
  });
}

/** Changes the severity, the title, or the service. */
export function useEditIncident(org: string, number: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Schemas["IncidentPatch"]) =>
      body(
        api.PATCH("/api/v1/orgs/{org}/incidents/{number}", {
          params: { path: { org, number } },
          body: change,
        }),
      ),
    onSuccess: (incident) => updateCaches(queries, org, [incident]),
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
    onSuccess: (incident) => updateCaches(queries, org, [incident]),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.incident(org, number) }),
  });
}

interface BulkAssignment {
  incidents: readonly Incident[];
  /** An email address, or null to unassign. */
  assignee: string | null;
  note: string;
}

/** Assigns several incidents to one member. */
export function useBulkAssign(org: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ incidents, assignee, note }: BulkAssignment) => {
      const numbers = incidents.map(({ number }) => number);
      const change = { action: "assign", assignee, ...(note ? { note } : {}) } as const;
      const result = partition(incidents, await postBulkChange(org, numbers, change));
      updateCaches(
        queries,
        org,
        result.changed.map((incident) => ({ ...incident, assignee })),
      );
      return result;
    },
    onSuccess: ({ changed }, { assignee }) => {
      if (changed.length > 0)
        showAction({
          text: assignee
            ? `Assigned ${describe(changed)} to ${assignee}.`
            : `Unassigned ${describe(changed)}.`,
        });
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: keys.incidentPoll(org) });
      void queries.invalidateQueries({ queryKey: keys.singleIncidents(org) });
    },
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
