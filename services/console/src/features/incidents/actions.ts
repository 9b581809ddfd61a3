import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";

type Incident = Schemas["Incident"];
export type Action = "acknowledge" | "resolve" | "reopen";

const becomes: Record<Action, Incident["status"]> = {
  acknowledge: "acknowledged",
  resolve: "resolved",
  reopen: "open",
};

/** Shows the new status at once; puts the old one back if the server refuses. */
export function useTransition(org: string, number: number) {
  const queries = useQueryClient();
  const key = keys.incident(org, number);
  return useMutation({
    mutationFn: (action: Action) => {
      const init = { params: { path: { org, number } }, body: {} };
      if (action === "acknowledge")
        return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/acknowledge", init));
      if (action === "resolve") return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/resolve", init));
      return body(api.POST("/api/v1/orgs/{org}/incidents/{number}/reopen", init));
    },
    onMutate: async (action) => {
      await queries.cancelQueries({ queryKey: key, exact: true });
      const before = queries.getQueryData<Incident>(key);
      if (before) queries.setQueryData<Incident>(key, { ...before, status: becomes[action] });
      return { before };
    },
    onSuccess: (incident) => queries.setQueryData(key, incident),
    onError: (_error, _action, context) => {
      if (context?.before) queries.setQueryData(key, context.before);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
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
