import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "./client";
import { keys } from "./keys";

export type ServiceFields = Schemas["ServiceInput"];

/** Creates a service, or changes the service `id`. */
export function useSaveService(org: string, id?: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (fields: ServiceFields) =>
      id === undefined
        ? body(api.POST("/api/v1/orgs/{org}/services", { params: { path: { org } }, body: fields }))
        : body(
            api.PATCH("/api/v1/orgs/{org}/services/{id}", { params: { path: { org, id } }, body: fields }),
          ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.services(org) }),
  });
}
