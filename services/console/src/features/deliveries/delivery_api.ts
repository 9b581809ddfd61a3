import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";

/** Replays a delivery under the current mappings. A dry run changes nothing. */
export function useReplay(org: string, id: string, { dryRun }: { dryRun: boolean }) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/orgs/{org}/deliveries/{id}/replay", {
          params: { path: { org, id }, query: { dry_run: dryRun } },
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
