import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";

/** Creates a policy, or changes the policy `id`. */
export function useSavePolicy(org: string, id: string | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Schemas["PolicyInput"]) =>
      id === undefined
        ? body(api.POST("/api/v1/orgs/{org}/policies", { params: { path: { org } }, body: input }))
        : body(api.PATCH("/api/v1/orgs/{org}/policies/{id}", { params: { path: { org, id } }, body: input })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.policies(org) }),
  });
}

export function useMakeDefault(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(
        api.PATCH("/api/v1/orgs/{org}/policies/{id}", {
          params: { path: { org, id } },
          body: { is_default: true },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.policies(org) }),
  });
}

export function useDeletePolicy(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE("/api/v1/orgs/{org}/policies/{id}", { params: { path: { org, id } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.policies(org) }),
  });
}
