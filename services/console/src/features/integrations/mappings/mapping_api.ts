import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../../api/client";
import { keys } from "../../../api/keys";

export type Mapping = Schemas["Mapping"];
export type MappingPatch = Schemas["MappingPatch"];

/** A project to map to a service. `mapping` is the existing mapping, which is then changed. */
export interface MappingChoice {
  project: string;
  service: string;
  mapping: Mapping | null;
}

function useInvalidateMappings(org: string, integration: string) {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: keys.projects(org, integration) }),
      queries.invalidateQueries({ queryKey: keys.mappings(org, integration) }),
      queries.invalidateQueries({ queryKey: keys.unmapped(org) }),
    ]);
}

/** Maps projects, and returns why some of them may be a mistake. */
export function useMapProjects(org: string, integration: string) {
  const invalidate = useInvalidateMappings(org, integration);
  return useMutation({
    mutationFn: async (choices: readonly MappingChoice[]) => {
      const unmapped = choices.filter(({ mapping }) => mapping === null);
      const warnings: string[] = [];
      if (unmapped.length > 0) {
        const created = await body(
          api.POST("/api/v1/orgs/{org}/integrations/{id}/mappings", {
            params: { path: { org, id: integration } },
            body: unmapped.map(({ project, service }) => ({ sentry_project: project, service_id: service })),
          }),
        );
        const mappings = "items" in created ? created.items : [created];
        warnings.push(...mappings.flatMap(({ warning }) => warning ?? []));
      }
      for (const { mapping, service } of choices) {
        if (mapping !== null)
          await api.PATCH("/api/v1/orgs/{org}/integrations/{id}/mappings/{mapping_id}", {
            params: { path: { org, id: integration, mapping_id: mapping.id } },
            body: { service_id: service },
          });
      }
      return warnings;
    },
    onSettled: invalidate,
  });
}

export function useChangeMapping(org: string, integration: string) {
  const invalidate = useInvalidateMappings(org, integration);
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: MappingPatch }) =>
      body(
        api.PATCH("/api/v1/orgs/{org}/integrations/{id}/mappings/{mapping_id}", {
          params: { path: { org, id: integration, mapping_id: id } },
          body: patch,
        }),
      ),
    onSettled: invalidate,
  });
}

export function useUnmap(org: string, integration: string) {
  const invalidate = useInvalidateMappings(org, integration);
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE("/api/v1/orgs/{org}/integrations/{id}/mappings/{mapping_id}", {
        params: { path: { org, id: integration, mapping_id: id } },
      }),
    onSettled: invalidate,
  });
}
