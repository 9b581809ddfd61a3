import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { ProblemError } from "../../api/problem";
import { httpUrl, leaveTo } from "../../api/urls";

export type Integration = Schemas["Integration"];
export type Check = Schemas["IntegrationChecks"]["checks"][number];

/** The URL at Sentry from a response; throws if it is missing or not a web address. */
function requireSentryUrl(url: string | null): string {
  const valid = httpUrl(url);
  if (valid === null)
    throw new ProblemError({
      status: 502,
      code: "unavailable",
      title: "Cannot reach Sentry",
      detail: "The server returned no address at Sentry. Ask your Tocsin operator.",
    });
  return valid;
}

/** Puts an integration from a response into the cache, and refetches what depends on it. */
function useIntegrationCache(org: string) {
  const queries = useQueryClient();
  // The projects of an integration without a token cannot be read from Sentry.
  const canRefetch = ({ queryKey }: { queryKey: readonly unknown[] }) => {
    const [, , , id, part] = queryKey;
    if (part !== "projects") return true;
    return queries.getQueryData<Integration>(keys.integration(org, String(id)))?.credential !== null;
  };
  return {
    update: (integration: Integration) =>
      queries.setQueryData(keys.integration(org, integration.id), integration),
    // Not awaited: reading the projects calls Sentry and may take long.
    refetch: () =>
      void queries.invalidateQueries({ queryKey: keys.integrations(org), predicate: canRefetch }),
  };
}

/** A mutation whose response is the integration. */
function useIntegrationMutation<Input = void>(
  org: string,
  mutationFn: (input: Input) => Promise<Integration>,
) {
  const { update, refetch } = useIntegrationCache(org);
  return useMutation({ mutationFn, onSuccess: update, onSettled: refetch });
}

/** Creates an integration. Internal ones are connected immediately; for the others the browser goes to `sentryUrl`. */
export function useConnect(org: string) {
  const { update, refetch } = useIntegrationCache(org);
  return useMutation({
    mutationFn: async (input: Schemas["IntegrationInput"]) => {
      const { integration, authorize_url } = await body(
        api.POST("/api/v1/orgs/{org}/integrations", { params: { path: { org } }, body: input }),
      );
      if (input.mode !== "internal") return { integration, sentryUrl: requireSentryUrl(authorize_url) };
      update(integration);
      return { integration, sentryUrl: null };
    },
    onSuccess: ({ sentryUrl }) => {
      if (sentryUrl !== null) leaveTo(sentryUrl);
    },
    onSettled: refetch,
  });
}

export const useUpdateIntegration = (org: string, id: string) =>
  useIntegrationMutation(org, (change: Schemas["IntegrationPatch"]) =>
    body(api.PATCH("/api/v1/orgs/{org}/integrations/{id}", { params: { path: { org, id } }, body: change })),
  );

/** Confirms that the Sentry organization belongs to this organization. */
export const useConfirm = (org: string, id: string) =>
  useIntegrationMutation(org, () =>
    body(
      api.POST("/api/v1/orgs/{org}/integrations/{id}/confirm", { params: { path: { org, id } }, body: {} }),
    ),
  );

export interface ReconnectInput {
  /** What to do if it is another Sentry organization than before. */
  otherOrganization: "refuse" | "allow";
  /** For an internal integration. */
  token?: string;
  client_secret?: string;
}

/** Reconnects. The result is null if that needed no user at Sentry; else the URL that the browser goes to. */
export function useReconnect(org: string, id: string) {
  const { update, refetch } = useIntegrationCache(org);
  return useMutation({
    mutationFn: async ({ otherOrganization, ...secrets }: ReconnectInput) => {
      const { integration, authorize_url } = await body(
        api.POST("/api/v1/orgs/{org}/integrations/{id}/reconnect", {
          params: { path: { org, id } },
          body: { ...secrets, ...(otherOrganization === "allow" ? { allow_other_organization: true } : {}) },
        }),
      );
      update(integration);
      return authorize_url === null ? null : requireSentryUrl(authorize_url);
    },
    onSuccess: (sentryUrl) => {
      if (sentryUrl !== null) leaveTo(sentryUrl);
    },
    onSettled: refetch,
  });
}

export type Reconnect = ReturnType<typeof useReconnect>;

/** Waiting for the response, or about to leave for Sentry. */
export const isReconnecting = ({ isPending, data }: Reconnect) => isPending || typeof data === "string";

export const useRefresh = (org: string, id: string) =>
  useIntegrationMutation(org, () =>
    body(
      api.POST("/api/v1/orgs/{org}/integrations/{id}/refresh", { params: { path: { org, id } }, body: {} }),
    ),
  );

export const useDisconnect = (org: string, id: string) =>
  useIntegrationMutation(org, () =>
    body(
      api.POST("/api/v1/orgs/{org}/integrations/{id}/disconnect", {
        params: { path: { org, id } },
        body: {},
      }),
    ),
  );

/** Checks the integration without changing it. */
export function useTest(org: string, id: string) {
  return useMutation({
    mutationFn: async () => {
      const { checks } = await body(
        api.POST("/api/v1/orgs/{org}/integrations/{id}/test", { params: { path: { org, id } }, body: {} }),
      );
      return { checks, at: new Date().toISOString() };
    },
  });
}
