import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";

/** Runs a delivery again under today's mappings: without an effect, or for real. */
export function useReplay(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (how: "dry" | "real") =>
      body(
        api.POST("/api/v1/orgs/{org}/deliveries/{id}/replay", {
          params: { path: { org, id }, query: { dry_run: how === "dry" } },
          body: {},
        }),
      ),
    onSuccess: ({ dry_run, incident }) => {
      if (dry_run) return;
      void queries.invalidateQueries({ queryKey: keys.deliveries(org) });
      void queries.invalidateQueries({ queryKey: keys.unmapped(org) });
      void queries.invalidateQueries({ queryKey: keys.incidents(org) });
      if (incident !== null) void queries.invalidateQueries({ queryKey: keys.incident(org, incident) });
    },
  });
}
