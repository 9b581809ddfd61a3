import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { leave, webAddress } from "../../api/leave";
import { ProblemError } from "../../api/problem";

export type Integration = Schemas["Integration"];
export type Check = Schemas["IntegrationChecks"]["checks"][number];

/** The address at Sentry that an answer names; throws where it names none. */
function wayToSentry(url: string | null): string {
  const address = webAddress(url);
  if (address === null)
    throw new ProblemError({
      status: 502,
      code: "unavailable",
      title: "No way to Sentry",
      detail: "The server did not say where in Sentry to go on. Ask who runs this deployment.",
    });
  return address;
}

/** Shows an integration as an answer tells it, and asks again for what hangs on it. */
function useTakeOver(org: string) {
  const queries = useQueryClient();
  // One that has just been disconnected cannot ask Sentry any more.
  const canAsk = ({ queryKey }: { queryKey: readonly unknown[] }) => {
    const [, , , id, what] = queryKey;
    if (what !== "projects") return true;
    return queries.getQueryData<Integration>(keys.integration(org, String(id)))?.credential !== null;
  };
  return {
    show: (integration: Integration) =>
      queries.setQueryData(keys.integration(org, integration.id), integration),
    // Not waited for: the projects come from Sentry itself and may take long.
    askAgain: () => void queries.invalidateQueries({ queryKey: keys.integrations(org), predicate: canAsk }),
  };
}

/** Goes on at Sentry, whose address it gives; an internal integration is connected at once. */
export function useConnect(org: string) {
  const { show, askAgain } = useTakeOver(org);
  return useMutation({
    mutationFn: async (input: Schemas["IntegrationInput"]) => {
      const { integration, authorize_url } = await body(
        api.POST("/api/v1/orgs/{org}/integrations", { params: { path: { org } }, body: input }),
      );
      if (input.mode !== "internal") return { integration, address: wayToSentry(authorize_url) };
      show(integration);
      return { integration, address: null };
    },
    onSuccess: ({ address }) => {
      if (address !== null) leave(address);
    },
    onSettled: askAgain,
  });
}

export function useUpdateIntegration(org: string, id: string) {
  const { show, askAgain } = useTakeOver(org);
  return useMutation({
    mutationFn: (change: Schemas["IntegrationPatch"]) =>
      body(
        api.PATCH("/api/v1/orgs/{org}/integrations/{id}", { params: { path: { org, id } }, body: change }),
      ),
    onSuccess: show,
    onSettled: askAgain,
  });
}

/** Yes, this Sentry organization is for this organization. */
export function useConfirm(org: string, id: string) {
  const { show, askAgain } = useTakeOver(org);
  return useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/orgs/{org}/integrations/{id}/confirm", { params: { path: { org, id } }, body: {} }),
      ),
    onSuccess: show,
    onSettled: askAgain,
  });
}

/** Whether a reconnect may end at another Sentry organization than before. */
export interface ReconnectInput {
  others: "refused" | "meant";
  /** Of an internal integration. */
  token?: string;
  client_secret?: string;
}

/** Repairs the installation, which gives null, or goes on at Sentry, which gives the address. */
export function useReconnect(org: string, id: string) {
  const { show, askAgain } = useTakeOver(org);
  return useMutation({
    mutationFn: async ({ others, ...secrets }: ReconnectInput) => {
      const { integration, authorize_url } = await body(
        api.POST("/api/v1/orgs/{org}/integrations/{id}/reconnect", {
          params: { path: { org, id } },
          body: { ...secrets, ...(others === "meant" ? { allow_other_organization: true } : {}) },
        }),
      );
      show(integration);
      return authorize_url === null ? null : wayToSentry(authorize_url);
    },
    onSuccess: (address) => {
      if (address !== null) leave(address);
    },
    onSettled: askAgain,
  });
}

export type Reconnect = ReturnType<typeof useReconnect>;

/** Under way, or about to leave for Sentry. */
export const isReconnecting = ({ isPending, data }: Reconnect) => isPending || typeof data === "string";

export function useRefresh(org: string, id: string) {
  const { show, askAgain } = useTakeOver(org);
  return useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/orgs/{org}/integrations/{id}/refresh", { params: { path: { org, id } }, body: {} }),
      ),
    onSuccess: show,
    onSettled: askAgain,
  });
}

export function useDisconnect(org: string, id: string) {
  const { show, askAgain } = useTakeOver(org);
  return useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/orgs/{org}/integrations/{id}/disconnect", {
          params: { path: { org, id } },
          body: {},
        }),
      ),
    onSuccess: show,
    onSettled: askAgain,
  });
}

export type Disconnect = ReturnType<typeof useDisconnect>;

/** Changes nothing. */
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
